-- Tells one server with clients waiting that something may be had at a time in ms (0: now). They take turns; the message says in how many ms.
-- keys: waiters
-- use: publish
-- returns: whether anybody heard
local function wake_waiter (keys, now, at)
  for _, server in ipairs(redis.call('ZRANGE', keys.waiters, 0, 9)) do
    if publish(keys, server, string.format('look %d', math.max(0, at - now))) > 0 then
      redis.call('ZADD', keys.waiters, now, server)
      return true
    end
    redis.call('ZREM', keys.waiters, server)
  end
  return false
end

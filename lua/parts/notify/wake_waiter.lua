-- Tells one server whose clients wait for jobs that one may be had at `at`, a time in ms (0: now).
-- keys: waiters
-- use: publish
-- returns: whether a server heard it
-- Why: servers take turns: the one that was told goes to the end. The message says in how many ms,
-- for the clocks of servers and Redis differ.
local function wake_waiter (queue, at)
  local key, now = queue.keys.waiters, queue.now
  for _, server in ipairs(redis.call('ZRANGE', key, 0, limits.woken_at_once - 1)) do
    if publish(queue, server, string.format('look %d', math.max(0, at - now))) > 0 then
      redis.call('ZADD', key, now, server)
      return true
    end
    redis.call('ZREM', key, server)
  end
  return false
end

-- Notes that a server has clients waiting, if one of them got nothing. It looks every few seconds; one that is gone is forgotten.
-- keys: delayed active waiters
-- returns: when in ms it should look again, if nobody tells it sooner; nil if that is not known
local function register_waiter (keys, set, server, hungry, again, now)
  if hungry then
    redis.pcall('ZADD', keys.waiters, now, server)
    redis.call('PEXPIRE', keys.waiters, 60000)
  end
  if set.stopped then return set.reopens_at end
  for _, key in ipairs({ keys.delayed, keys.active }) do
    local at = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
    again = at and math.min(at, again or at) or again
  end
  return again
end

-- Takes up the schedules whose tick has come. A server that then dies keeps them for a second, and another takes them up.
-- keys: schedules templates turns upcoming
-- args: now limit
-- use: clock
-- returns: the time in ms; when in ms to look again, or -1; and of each schedule taken up its name, what it is, its turn and its payload
now = clock(now)
local found = { now, -1 }
for _, name in ipairs(redis.call('ZRANGEBYSCORE', upcoming, '-inf', now, 'LIMIT', 0, limit)) do
  -- A full Redis refuses a script whose first write adds.
  redis.call('ZREM', upcoming, name)
  redis.call('ZADD', upcoming, now + 1000, name)
  local n = #found
  found[n + 1], found[n + 2] = name, redis.call('HGET', schedules, name)
  found[n + 3], found[n + 4] = redis.call('HGET', turns, name), redis.call('HGET', templates, name)
end
local first = redis.call('ZRANGE', upcoming, 0, 0, 'WITHSCORES')[2]
if first then found[2] = tonumber(first) end
return found

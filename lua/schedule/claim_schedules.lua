-- Takes up the schedules whose tick has come, as many as make 8 MiB, and the first in any case.
-- A server that then dies keeps them for a second, and another takes them up.
-- keys: schedules templates turns upcoming
-- args: now limit
-- use: read_clock
-- returns: the time in ms; when in ms to look again, or -1; and of each schedule taken up its name, what it is, its turn and its payload
now = read_clock(now)
local found, size = { now, -1 }, 0
for _, name in ipairs(redis.call('ZRANGEBYSCORE', upcoming, '-inf', now, 'LIMIT', 0, limit)) do
  size = size + redis.call('HSTRLEN', schedules, name) + redis.call('HSTRLEN', turns, name) + redis.call('HSTRLEN', templates, name)
  if size > 8388608 and #found > 2 then break end
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

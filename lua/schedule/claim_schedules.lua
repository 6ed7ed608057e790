-- Claims schedules whose tick has come, for a second: as many as make 8 MiB, and the first in any
-- case. If the server dies then, another one claims them.
-- keys: schedules templates turns upcoming operations_due
-- args: now limit
-- use: read_clock
-- returns: a list:
--   the time in ms
--   when to look again, in ms; -1 if there is nothing to look for
--   1 if a server must look at an operation, else 0
--   of each schedule that is claimed its name, its JSON, its turn and its payload
-- Why: it removes before it adds, for a full Redis refuses a script whose first write adds.
queue.now = read_clock(now)
local found, size = { queue.now, -1, 0 }, 0
local range = { '-inf', queue.now, 'LIMIT', 0, limit }
for _, name in ipairs(redis.call('ZRANGEBYSCORE', upcoming, unpack(range))) do
  for _, key in ipairs({ schedules, turns, templates }) do
    size = size + redis.call('HSTRLEN', key, name)
  end
  if size > limits.answer_bytes and #found > 3 then break end
  redis.call('ZREM', upcoming, name)
  redis.call('ZADD', upcoming, queue.now + limits.claim_ms, name)
  local n = #found
  found[n + 1], found[n + 2] = name, redis.call('HGET', schedules, name)
  found[n + 3], found[n + 4] = redis.call('HGET', turns, name), redis.call('HGET', templates, name)
end
local first = redis.call('ZRANGE', upcoming, 0, 0, 'WITHSCORES')[2]
if first then found[2] = tonumber(first) end
local waiting = redis.call('ZRANGE', operations_due, 0, 0, 'WITHSCORES')[2]
if waiting and tonumber(waiting) <= queue.now then found[3] = 1 end
return found

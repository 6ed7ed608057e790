-- Counts the delayed jobs of a queue that fall due in each of some periods, one after another.
-- keys: delayed retrying
-- args: now step_ms count
-- use: read_clock
-- returns: a list:
--   the time in ms
--   of each period how many fall due, and how many of these are retrying; the first period has
--     begun at the last multiple of `step_ms`, and counts from now on
-- Why: jobs that are due already count as waiting (see count_states).
queue.now = read_clock(now)
local reply, start = { queue.now }, queue.now - queue.now % step_ms
local from = queue.now
for i = 1, tonumber(count) do
  local till = start + i * step_ms
  local range = { string.format('(%d', from), string.format('%d', till) }
  reply[2 * i] = redis.call('ZCOUNT', delayed, unpack(range))
  reply[2 * i + 1] = redis.call('ZCOUNT', retrying, unpack(range))
  from = till
end
return reply

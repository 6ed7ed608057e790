-- Lets a server look at an operation, at once or after a time.
-- keys: operations_due
-- args: now member delay most
--   delay: in ms
--   most: how many may be under way
-- use: read_clock
-- returns: nothing; OPERATIONS_FULL
queue.now = read_clock(now)
local is_due = redis.call('ZSCORE', operations_due, member)
if not is_due and redis.call('ZCARD', operations_due) >= tonumber(most) then
  return { err = 'OPERATIONS_FULL' }
end
redis.call('ZREM', operations_due, member)
redis.call('ZADD', operations_due, queue.now + tonumber(delay), member)

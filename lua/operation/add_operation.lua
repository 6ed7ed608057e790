-- Gives an operation its id, and notes it for some seconds as one that a server must look at then:
-- until that time it begins, or its server has died. Forgets the oldest operations beyond 1000, but
-- for those under way.
-- keys: known_operations operations_due
-- args: now queue_name most
--   most: how many may be under way
-- use: read_clock
-- returns: the id, as text; OPERATIONS_FULL
queue.now, most = read_clock(now), tonumber(most)
if redis.call('ZCARD', operations_due) >= most then
  return { err = 'OPERATIONS_FULL' }
end
local last = redis.call('ZRANGE', known_operations, -1, -1, 'WITHSCORES')[2] or 0
local id = string.format('%d', math.max(queue.now, last + 1))
local excess = redis.call('ZCARD', known_operations) + 1 - limits.operations_known
local oldest = excess > 0 and redis.call('ZRANGE', known_operations, 0, excess + most - 1) or {}
for _, member in ipairs(oldest) do
  if excess > 0 and not redis.call('ZSCORE', operations_due, member) then
    redis.call('ZREM', known_operations, member)
    excess = excess - 1
  end
end
local member = id .. ' ' .. queue_name
redis.call('ZADD', known_operations, id, member)
redis.call('ZADD', operations_due, queue.now + limits.operation_begins_ms, member)
return id

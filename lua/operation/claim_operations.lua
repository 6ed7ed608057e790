-- Claims operations that a server must look at: those whose server has let go of them, or died.
-- keys: operations_due
-- args: now limit
-- use: read_clock
-- returns: a list, of each: its id and its queue with a space between, and until when in ms this
--   server has it
-- Why: it removes before it adds, for a full Redis refuses a script whose first write adds.
queue.now = read_clock(now)
local until_ms, claimed = string.format('%d', queue.now + limits.operation_lease_ms), {}
local range = { '-inf', queue.now, 'LIMIT', 0, limit }
for _, member in ipairs(redis.call('ZRANGEBYSCORE', operations_due, unpack(range))) do
  redis.call('ZREM', operations_due, member)
  redis.call('ZADD', operations_due, until_ms, member)
  claimed[#claimed + 1], claimed[#claimed + 2] = member, until_ms
end
return claimed

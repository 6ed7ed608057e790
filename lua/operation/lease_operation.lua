-- Renews the claim of a server to an operation, or ends it.
-- keys: operations_due
-- args: now member was what
--   was: until when in ms the server has it
--   what: 'renew', 'leave' for another server, or 'end' if nothing is left to do
-- use: read_clock
-- returns: until when the server has it now, in ms; 0 if it has it no more
-- Why: an operation that is resumed is due at once. The server that has just seen it pause must not
-- take it off the list then.
queue.now = read_clock(now)
if tonumber(redis.call('ZSCORE', operations_due, member)) ~= tonumber(was) then return 0 end
redis.call('ZREM', operations_due, member)
if what == 'end' then return 0 end
local until_ms = queue.now + (what == 'renew' and limits.operation_lease_ms or 0)
redis.call('ZADD', operations_due, string.format('%d', until_ms), member)
return until_ms

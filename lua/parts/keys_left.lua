-- How many idempotency keys more the policy's max_keys lets the queue remember.
-- takes: keys
-- use: rules
local most = rules(keys).max_keys
return most and most - redis.call('ZCARD', keys.remembered) or math.huge

-- How many idempotency keys more the policy's max_keys lets the queue remember.
-- keys: remembered
-- use: rules
local function keys_left (keys)
  local most = rules(keys).max_keys
  return most and most - redis.call('ZCARD', keys.remembered) or math.huge
end

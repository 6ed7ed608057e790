-- How many idempotency keys more the policy's max_keys lets the queue remember.
-- keys: remembered
-- use: load_policy
local function key_capacity (keys)
  local most = load_policy(keys).max_keys
  return most and most - redis.call('ZCARD', keys.remembered) or math.huge
end

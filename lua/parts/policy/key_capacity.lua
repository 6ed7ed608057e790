-- Counts how many idempotency keys more the policy's max_keys lets the queue keep.
-- keys: remembered
-- use: load_policy
-- returns: a number; math.huge where there is no bound
local function key_capacity (queue)
  local most = load_policy(queue).max_keys
  return most and most - redis.call('ZCARD', queue.keys.remembered) or math.huge
end

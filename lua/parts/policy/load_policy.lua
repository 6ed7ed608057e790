-- Reads the settings in force: those of the queue, and defaults for the rest. A call reads them
-- once and keeps them in queue.policy.
-- keys: policy
-- returns: a table by name; times in ms; max_lost 0 means no bound
-- Why: a setting that is no number (none) lifts a default.
local function load_policy (queue)
  if queue.policy then return queue.policy end
  local policy = {
    tries = 25, max_lost = 3, lease = 60000, keep = 0, backoff_base = 15000, backoff_max = 86400000,
    keep_failed = 15552000000, max_failed = 100000
  }
  local own = redis.call('HGETALL', queue.keys.policy)
  for i = 1, #own, 2 do policy[own[i]] = tonumber(own[i + 1]) end
  queue.policy = policy
  return policy
end

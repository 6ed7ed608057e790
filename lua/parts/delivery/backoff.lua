-- Computes how long a job waits after a failure: twice as long after each, up to a maximum, give or
-- take a fifth. `jitter`: from -1 to 1.
-- use: load_policy
-- returns: a time in ms
-- Why: failures before a redrive do not count.
local function backoff (queue, details, jitter)
  local policy = load_policy(queue)
  local nth = math.min(details.failures - (details.failures_before or 0), 41)
  local base = math.min(policy.backoff_max, policy.backoff_base * 2 ^ (nth - 1))
  return base * (1 + 0.2 * jitter)
end

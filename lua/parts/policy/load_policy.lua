-- The settings in force: those of the queue, and for the rest the defaults. Times in ms; max_lost 0: no such bound.
-- What is no number (none) lifts a default.
-- keys: policy
local function load_policy (keys)
  local set = { tries = 25, max_lost = 3, lease = 60000, keep = 0, backoff_base = 15000, backoff_max = 86400000 }
  set.keep_failed, set.max_failed = 15552000000, 100000
  local own = redis.call('HGETALL', keys.policy)
  for i = 1, #own, 2 do set[own[i]] = tonumber(own[i + 1]) end
  return set
end

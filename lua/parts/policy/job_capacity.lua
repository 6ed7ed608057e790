-- How many jobs more the policy's max_jobs lets in. What has ended does not count, nor what is over but not dropped yet.
-- keys: failed completed expiring jobs
-- use: load_policy
local function job_capacity (keys, now)
  local most = load_policy(keys).max_jobs
  if not most then return math.huge end
  local ended = redis.call('ZCARD', keys.failed) + redis.call('ZCARD', keys.completed) + redis.call('ZCOUNT', keys.expiring, '-inf', now)
  return most - redis.call('HLEN', keys.jobs) + ended
end

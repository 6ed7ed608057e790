-- Counts how many jobs more the policy's max_jobs lets in.
-- keys: failed completed expiring jobs
-- use: load_policy
-- rarely: count_plain
-- returns: a number; math.huge where there is no bound
-- Why: jobs that have failed, completed or expired do not count, although they are still stored.
local function job_capacity (queue)
  local keys, most = queue.keys, load_policy(queue).max_jobs
  if not most then return math.huge end
  local ended = redis.call('ZCARD', keys.failed) + redis.call('ZCARD', keys.completed)
  local expired = redis.call('ZCOUNT', keys.expiring, '-inf', queue.now)
  return most - redis.call('HLEN', keys.jobs) - count_plain(queue) + ended + expired
end

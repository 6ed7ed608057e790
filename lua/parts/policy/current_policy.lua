-- Reads the settings in force, and starts a queue again that was stopped for a time which is over.
-- keys: policy
-- use: load_policy
-- rarely: record_one
-- returns: what load_policy returns
local function current_policy (queue)
  local policy = load_policy(queue)
  if policy.stopped and policy.reopens_at and policy.reopens_at <= queue.now then
    redis.call('HDEL', queue.keys.policy, 'stopped', 'reopens_at')
    policy.stopped, policy.reopens_at = nil, nil
    record_one(queue, 'started', { '' })
  end
  return policy
end

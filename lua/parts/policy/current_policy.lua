-- The settings in force; a queue that was stopped for a while is open again once that has passed.
-- keys: policy
-- use: load_policy is_recording record_events
local function current_policy (keys, now)
  local set = load_policy(keys)
  if set.stopped and set.reopens_at and set.reopens_at <= now then
    redis.call('HDEL', keys.policy, 'stopped', 'reopens_at')
    set.stopped, set.reopens_at = nil, nil
    if is_recording(keys) then record_events(keys, { 'started', '' }) end
  end
  return set
end

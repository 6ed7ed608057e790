-- The settings in force; a queue that was stopped for a while is open again once that has passed.
-- keys: policy
-- use: rules listened report
local function reopen (keys, now)
  local set = rules(keys)
  if set.stopped and set.reopens_at and set.reopens_at <= now then
    redis.call('HDEL', keys.policy, 'stopped', 'reopens_at')
    set.stopped, set.reopens_at = nil, nil
    if listened(keys) then report(keys, { 'started', '' }) end
  end
  return set
end

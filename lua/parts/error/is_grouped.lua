-- Tells whether a job of an error group is in the state under which it stands there.
-- keys: failed grouped
-- use: member_of is_retrying
-- Why: a server of an older version moves a job on and leaves it here.
local function is_grouped (queue, id, state)
  local keys, member = queue.keys, member_of(id)
  if state == 'retrying' and is_retrying(queue, id) then return true end
  if state == 'failed' and redis.call('ZSCORE', keys.failed, member) then return true end
  redis.call('ZREM', keys.grouped, member)
  return false
end

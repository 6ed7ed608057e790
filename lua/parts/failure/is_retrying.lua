-- Tells whether a job that stands among the retrying ones is one of them.
-- keys: delayed retrying
-- use: member_of
-- Why: a server of an older version moves a job on and leaves it here.
local function is_retrying (queue, id)
  local keys, member = queue.keys, member_of(id)
  local at = redis.call('ZSCORE', keys.retrying, member)
  if at and at == redis.call('ZSCORE', keys.delayed, member) then return true end
  redis.call('ZREM', keys.retrying, member)
  return false
end

-- Takes a job out of the delayed ones.
-- keys: delayed retrying
-- use: member_of
-- returns: whether it was delayed
local function leave_delayed (queue, id)
  local member = member_of(id)
  if redis.call('ZREM', queue.keys.delayed, member) == 0 then return false end
  redis.call('ZREM', queue.keys.retrying, member)
  return true
end

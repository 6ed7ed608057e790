-- Takes a job out of the delayed ones.
-- keys: delayed retrying grouped
-- use: member_of
-- returns: whether it was delayed
local function leave_delayed (queue, id)
  local member = member_of(id)
  if redis.call('ZREM', queue.keys.delayed, member) == 0 then return false end
  if redis.call('ZREM', queue.keys.retrying, member) == 1 then
    redis.call('ZREM', queue.keys.grouped, member)
  end
  return true
end

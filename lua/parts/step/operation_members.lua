-- Reads jobs that an operation may be about, those that it has not looked at.
-- keys: delayed failed retrying completed blocked grouped
-- use: group_members read_range resume_index
-- returns: members, a bounded number
--   the key in which they are
local function operation_members (queue, operation)
  local keys, where, most = queue.keys, operation.where, limits.operation_read
  if where.error then
    local found = group_members(queue, where.error, where.state, most, operation.left)
    return found, keys.grouped
  end
  local sets = { failed = keys.failed, retrying = keys.retrying, delayed = keys.delayed }
  sets.completed, sets.blocked = keys.completed, keys.blocked
  local key = sets[where.state]
  return read_range('ZRANGE', key, resume_index(key, operation.left), most), key
end

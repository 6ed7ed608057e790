-- Reads jobs that an operation may be about, those that it has not looked at.
-- keys: delayed failed retrying completed blocked
-- use: next_members id_of
-- rarely: scan_slice
-- returns: ids, a bounded number
--   the key of the set in which they are; nil for jobs that wait
--   of these, where the next step goes on; '' at the end
local function operation_members (queue, operation, filter, room)
  local keys, state = queue.keys, operation.where.state
  if state == 'waiting' then
    local ids, after = scan_slice(queue, {
      state = state, is_desc = false, position = operation.left, filter = filter,
      begin = operation.begin, limit = math.min(room, limits.slice_deleted)
    })
    return ids, nil, after
  end
  local sets = { failed = keys.failed, retrying = keys.retrying, delayed = keys.delayed }
  sets.completed, sets.blocked = keys.completed, keys.blocked
  local left, most = operation.left, limits.operation_read
  local ids, key = next_members(queue, sets[state], state, most, left, filter)
  for i, member in ipairs(ids) do ids[i] = id_of(member) end
  return ids, key
end

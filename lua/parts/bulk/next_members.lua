-- Reads the next jobs of a bulk operation in a sorted set. `left`: the last job that was left
-- there, see resume_index. `limit`: how many jobs the call is to change.
-- keys: grouped
-- use: read_range resume_index
-- rarely: group_members
-- returns: their members; more than `limit` where a filter leaves some
--   the key of the set in which they were read
local function next_members (queue, key, state, limit, left, filter)
  local count = next(filter) and limit > 0 and limits.filtered_read or limit
  if filter.error then
    return group_members(queue, filter.error, state, count, left), queue.keys.grouped
  end
  -- Completed jobs whose time is over are not there for clients any more.
  local over = state == 'completed' and redis.call('ZCOUNT', key, '-inf', queue.now) or 0
  return read_range('ZRANGE', key, math.max(over, resume_index(key, left)), count), key
end

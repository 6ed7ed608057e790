-- Drops the first `limit` jobs of the sorted set `key`, but for jobs that came into it after the
-- bulk operation began. `left`: the last job that was left there, see resume_index. `drop` is
-- called with the id and the details of each, and returns true once the call has done enough.
-- `members`: the jobs, where they are not the first of the set.
-- use: read_range resume_index id_of load_details state_since is_newer
-- returns: whether another call may have more to do
--   `left` for that call
-- Why: completed jobs whose time is over are not there for clients any more, and are skipped.
local function drain_sorted (queue, key, state, limit, left, begin, drop, members)
  local over = state == 'completed' and redis.call('ZCOUNT', key, '-inf', queue.now) or 0
  local found = members or read_range('ZRANGE', key, math.max(over, resume_index(key, left)), limit)
  for _, member in ipairs(found) do
    local id = id_of(member)
    local details = load_details(queue, id)
    if is_newer(queue, id, state_since(queue, id, state, details), begin) then
      left = redis.call('ZSCORE', key, member) .. ' ' .. member
    elseif drop(id, details) then
      break
    end
  end
  return #found > 0, left
end

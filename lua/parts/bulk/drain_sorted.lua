-- Drops the first `limit` jobs of the sorted set `key`, but for those that a bulk operation leaves
-- (see is_left). `left`: the last job that was left there, see resume_index. `drop` is called with
-- the id and the details of each, and returns true once the call has done enough.
-- use: next_members id_of load_details is_left
-- returns: whether another call may have more to do
--   `left` for that call
local function drain_sorted (queue, key, state, limit, left, begin, drop)
  local found, from = next_members(queue, key, state, limit, left, begin.filter)
  for _, member in ipairs(found) do
    local id = id_of(member)
    local details = load_details(queue, id)
    if is_left(queue, id, state, details, begin) then
      left = redis.call('ZSCORE', from, member) .. ' ' .. member
    elseif drop(id, details) then
      break
    end
    if (queue.memo.bytes_read or 0) >= limits.slice_bytes then break end
  end
  return #found > 0, left
end

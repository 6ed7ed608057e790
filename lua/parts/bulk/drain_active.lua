-- Drops jobs on lease that the filter of a bulk operation matches. `members`: those that an earlier
-- call has read and left over. `left`: how many more there were, '' in the first call. `drop` is
-- called with the id and the details of each, and returns true once the call has done enough.
-- keys: active
-- use: load_details id_of matches_filter
-- returns: whether another call has more to do
--   how many are left for it
--   the members that this call leaves over
-- Why: nothing says when a lease began. So the first call reads which jobs are on lease: 10 000
-- members, and the number of the others.
local function drain_active (queue, members, left, begin, drop)
  local key, over, is_enough = queue.keys.active, {}, false
  if #members == 0 then
    left = tonumber(left) or redis.call('ZCARD', key)
    local count = math.min(left, limits.active_read)
    members = left > 0 and redis.call('ZRANGE', key, 0, count - 1) or {}
    left = #members > 0 and left - #members or 0
  end
  for i, member in ipairs(members) do
    if is_enough then
      over[#over + 1] = member
    elseif redis.call('ZSCORE', key, member) then
      local id = id_of(member)
      local details = load_details(queue, id)
      local is_meant = matches_filter(queue, begin.filter, id, 'active', details)
      is_enough = is_meant and drop(id, details) or i >= limits.filtered_read or
        (queue.memo.bytes_read or 0) >= limits.slice_bytes
    end
  end
  return tonumber(left) > 0, left, over
end

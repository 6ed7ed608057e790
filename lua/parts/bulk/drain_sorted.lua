-- Drops the first jobs of a sorted set, but for those that came into it after the act began.
-- use: read_range resume_index load_details state_since is_newer
-- limit: how many jobs at most; left: the last one that was left, see lua/parts/bulk/resume_index.lua; begin: see lua/parts/bulk/begin_bulk.lua;
--   drop: what to do with the id and the details of each; it returns true where the call has done enough
-- returns: whether another call may have more to do; and what is `left` then
-- Results that are over are no longer there for anybody.
local function drain_sorted (keys, key, state, limit, left, begin, now, drop)
  local over = state == 'completed' and redis.call('ZCOUNT', key, '-inf', now) or 0
  local found = read_range('ZRANGE', key, math.max(over, resume_index(key, left)), limit)
  for _, member in ipairs(found) do
    local id = member:sub(2)
    local job = load_details(keys, id)
    if is_newer(id, state_since(keys, id, state, job), begin, now) then
      left = redis.call('ZSCORE', key, member) .. ' ' .. member
    elseif drop(id, job) then
      break
    end
  end
  return #found > 0, left
end

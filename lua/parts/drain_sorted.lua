-- Drops the first jobs of a sorted set, but for those that came into it after the act began.
-- use: page behind detail entered is_later
-- limit: how many jobs at most; left: the last one that was left, see lua/parts/behind.lua; begin: see lua/parts/begun.lua;
--   drop: what to do with the id and the details of each; it returns true where the call has done enough
-- returns: whether another call may have more to do; and what is `left` then
-- Results that are over are no longer there for anybody.
local function drain_sorted (keys, key, state, limit, left, begin, now, drop)
  local over = state == 'completed' and redis.call('ZCOUNT', key, '-inf', now) or 0
  local found = page('ZRANGE', key, math.max(over, behind(key, left)), limit)
  for _, member in ipairs(found) do
    local id = member:sub(2)
    local job = detail(keys, id)
    if is_later(id, entered(keys, id, state, job), begin, now) then
      left = redis.call('ZSCORE', key, member) .. ' ' .. member
    elseif drop(id, job) then
      break
    end
  end
  return #found > 0, left
end

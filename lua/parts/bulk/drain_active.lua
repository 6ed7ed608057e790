-- Drops jobs on lease. Nothing says when a lease began, so the first call notes which there are: 10 000, and how many more are left.
-- keys: active
-- use: load_details
-- members: those of an earlier call that are next; left: how many more there were, '' in the first call; drop: what to do with the id and the
--   details of each; it returns true where the call has done enough
-- returns: whether another call has more to do; how many are left then; and the members that this call leaves over
local function drain_active (keys, members, left, drop)
  local over, isEnough = {}, false
  if #members == 0 then
    left = tonumber(left) or redis.call('ZCARD', keys.active)
    members = left > 0 and redis.call('ZRANGE', keys.active, 0, math.min(left, 10000) - 1) or {}
    left = #members > 0 and left - #members or 0
  end
  for _, member in ipairs(members) do
    if isEnough then
      over[#over + 1] = member
    elseif redis.call('ZSCORE', keys.active, member) then
      isEnough = drop(member:sub(2), load_details(keys, member:sub(2)))
    end
  end
  return tonumber(left) > 0, left, over
end

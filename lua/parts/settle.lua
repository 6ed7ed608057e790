-- Does what time has brought due, a bounded piece of it: every script that looks at a queue begins so, and no timer is needed.
-- keys: delayed active failed completed ended expiring
-- use: expire discard reclaim unblock promote
-- returns: whether due jobs may be left; whether jobs may stand in line whose time to be taken is over; and whether some can be taken now
--   that waited for others, or will be after another look
local function settle (keys, now, limit)
  if redis.call('EXISTS', keys.delayed, keys.active, keys.expiring, keys.completed, keys.failed, keys.ended) == 0 then return false end
  local late = expire(keys, now)
  -- More than the rest of this can fail.
  discard(keys, now, 500)
  reclaim(keys, now)
  local unblocked = unblock(keys, now)
  return promote(keys, now, limit), late, unblocked
end

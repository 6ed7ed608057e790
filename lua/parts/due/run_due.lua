-- Does what time has brought due, a bounded piece of it: every script that looks at a queue begins so, and no timer is needed.
-- keys: delayed active failed completed ended expiring
-- use: expire_jobs discard_failed expire_leases resolve_dependents promote_delayed
-- returns: whether due jobs may be left; whether jobs may stand in line whose time to be taken is over; and whether some can be taken now
--   that waited for others, or will be after another look
local function run_due (keys, now, limit)
  if redis.call('EXISTS', keys.delayed, keys.active, keys.expiring, keys.completed, keys.failed, keys.ended) == 0 then return false end
  local late = expire_jobs(keys, now)
  -- More than the rest of this can fail.
  discard_failed(keys, now, 500)
  expire_leases(keys, now)
  local unblocked = resolve_dependents(keys, now)
  return promote_delayed(keys, now, limit), late, unblocked
end

-- Does what time has brought due, a bounded piece of it: every script that looks at a queue begins so, and no timer is needed.
-- takes: keys now limit
-- use: expire reclaim promote
-- returns: whether due jobs may be left, and whether jobs may stand in line whose time to be taken is over
if redis.call('EXISTS', keys.delayed, keys.active, keys.expiring, keys.completed) == 0 then return false end
local late = expire(keys, now)
reclaim(keys, now)
return promote(keys, now, limit), late

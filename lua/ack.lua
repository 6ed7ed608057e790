-- Finishes jobs.
-- args: now ...fields
-- use: clock rules complete unblock wake unbar
-- fields: see lua/parts/complete.lua
-- returns: for each job '' or the code of a refusal, with commas between
unbar(keys)
now = clock(now)
local set = rules(keys)
local outcomes = complete(keys, set, fields, now)
if keys[3] then unblock(keys, now) end
if set.concurrency then wake(keys, now, 0) end
return table.concat(outcomes, ',')

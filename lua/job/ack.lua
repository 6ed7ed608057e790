-- Finishes jobs.
-- args: now ...fields
-- use: read_clock load_policy complete_jobs resolve_dependents wake_waiter allow_when_full
-- fields: see lua/parts/lease/complete_jobs.lua
-- returns: for each job '' or the code of a refusal, with commas between
allow_when_full(keys)
now = read_clock(now)
local set = load_policy(keys)
local outcomes = complete_jobs(keys, set, fields, now)
if keys[3] then resolve_dependents(keys, now) end
if set.concurrency then wake_waiter(keys, now, 0) end
return table.concat(outcomes, ',')

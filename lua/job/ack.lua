-- Completes jobs. `fields`: see complete_jobs.
-- args: now ...fields
-- use: allow_when_full read_clock complete_jobs load_policy
-- rarely: resolve_dependents wake_waiter
-- returns: for each job '' or the code of an error, with commas between
allow_when_full(queue)
queue.now = read_clock(now)
local outcomes = complete_jobs(queue, fields)
if queue.memo.ended then resolve_dependents(queue) end
if load_policy(queue).concurrency then wake_waiter(queue, 0) end
return table.concat(outcomes, ',')

-- Gives up deliveries: each job waits and runs again, or has failed for good. `fields`: see
-- nack_jobs.
-- args: now ...fields
-- use: allow_when_full read_clock nack_jobs load_policy
-- rarely: wake_waiter resolve_dependents
-- returns: for each job two values, as nack_jobs returns them
allow_when_full(queue)
queue.now = read_clock(now)
local outcomes = nack_jobs(queue, fields)
if load_policy(queue).concurrency then wake_waiter(queue, 0) end
if queue.memo.ended then resolve_dependents(queue) end
return outcomes

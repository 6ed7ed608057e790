-- Completes jobs, and gives up others. `fields`: the jobs of acks, then those of `nacks` nacks (see
-- settle_jobs).
-- args: now nacks ...fields
-- use: complete_plain load_policy
-- rarely: allow_when_full read_clock complete_jobs settle_jobs resolve_dependents wake_waiter
-- returns: for each job its outcome (see settle_jobs), with commas between
nacks = tonumber(nacks) or 0
local outcomes = nacks == 0 and complete_plain(queue, fields)
if not outcomes then
  allow_when_full(queue)
  queue.now = read_clock(now)
  outcomes = nacks == 0 and complete_jobs(queue, fields) or settle_jobs(queue, fields, nacks)
end
if queue.memo.ended then resolve_dependents(queue) end
if load_policy(queue).concurrency then
  queue.now = queue.now or read_clock(now)
  wake_waiter(queue, 0)
end
return table.concat(outcomes, ',')

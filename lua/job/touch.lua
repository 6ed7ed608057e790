-- Extends leases, and notes progress. `worker`: the one that asks, '' if it does not say. `fields`,
-- of each job: id, receipt, lease in ms (0 for the queue's own), and progress as JSON ('' for
-- none).
-- keys: quiet
-- args: now worker ...fields
-- use: allow_when_full read_clock mark_worker_seen touch_one is_held_by_quiet record_one
-- returns: for each job its new deadline in ms, or the code of an error
--   last '1' if the worker, or one that holds such a job, is quiet; else '0'
allow_when_full(queue)
queue.now = read_clock(now)
local outcomes, touched = {}, {}
local has_quiet = redis.call('EXISTS', quiet) == 1
local is_quiet = has_quiet and worker ~= '' and redis.call('ZSCORE', quiet, worker) and true
if worker ~= '' then mark_worker_seen(queue, worker) end
for i = 1, #fields, 4 do
  local id, receipt, lease, progress = unpack(fields, i, i + 3)
  local deadline, code = touch_one(queue, id, receipt, tonumber(lease), progress)
  if deadline then touched[#touched + 1] = id .. '@' .. deadline end
  if deadline and has_quiet and is_held_by_quiet(queue, id) then is_quiet = true end
  outcomes[#outcomes + 1] = deadline or code
end
record_one(queue, 'touched active', touched)
outcomes[#outcomes + 1] = is_quiet and '1' or '0'
return outcomes

-- Counts how a job ended that an operation has let go, for the first time since then. `how`:
-- completed; failed, be it that it is tried again; or gone, for one that was deleted. Only for jobs
-- with `details.operation`.
-- use: load_operation save_operation check_outcomes
local function count_end (queue, details, how)
  local id, round = details.operation:match('^(%d+) (%d+)$')
  if not id then return end
  -- A job that failed may go once more, and is known by its mark.
  details.operation = how == 'failed' and id or nil
  local operation = load_operation(queue, id)
  if not operation then return end
  operation.counts[how] = operation.counts[how] + 1
  local trial = operation.trial
  if trial and tonumber(round) == operation.round then
    trial.ended = trial.ended + 1
    if how == 'failed' then trial.failed = trial.failed + 1 end
    check_outcomes(queue, operation)
  end
  save_operation(queue, operation)
end

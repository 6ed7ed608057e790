-- Decides what follows from the ends of the jobs that an operation let go in this round: the canary
-- has passed, or the operation stops itself.
-- use: set_state
-- Why: of the ends after the canary those of late count more. The counts are halved at 1000, so a
-- backend that breaks in the middle of a million jobs is noticed after some fifty.
local function check_outcomes (queue, operation)
  local trial, canary, state = operation.trial, operation.canary, operation.state
  if not trial or (state ~= 'canary' and state ~= 'running') then return end
  local function stop (reason)
    set_state(queue, operation, 'stopped')
    operation.stopped = reason
  end
  local is_canary = state == 'canary'
  local all = is_canary and trial.jobs or math.max(trial.ended, canary.jobs)
  if trial.failed > 0 and trial.failed >= canary.stop_at * all then return stop('failed') end
  if is_canary and trial.ended >= trial.jobs then
    set_state(queue, operation, 'running')
  elseif is_canary and trial.sent >= trial.jobs and queue.now - trial.since > canary.within then
    stop('late')
  elseif not is_canary and trial.ended >= limits.outcomes_weighed then
    trial.ended, trial.failed = trial.ended / 2, trial.failed / 2
  end
end

-- Begins a round of an operation that has a canary: some jobs go first, and the others once these
-- have ended well. Jobs that failed again in the round before go again.
-- use: set_state
local function begin_round (queue, operation)
  operation.round, operation.left = operation.round + 1, ''
  operation.resumed_at, operation.stopped = queue.now, nil
  operation.counts.duplicates = 0
  operation.paced_at = queue.now
  operation.trial = { jobs = operation.canary.jobs, sent = 0, ended = 0, failed = 0 }
  operation.trial.since = queue.now
  set_state(queue, operation, 'canary')
end

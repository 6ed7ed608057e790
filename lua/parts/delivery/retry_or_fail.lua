-- Puts a job that a worker has given up into its next state. `delay`, `may_retry`, `jitter`: see
-- nack_jobs.
-- use: load_policy backoff mark_retrying enqueue wake_waiter
-- rarely: fail_job claim_unique_key
-- returns: 'delayed', also where it waits at once; 'failed' or 'duplicate'
--   when the job is tried next, in ms; else 0
local function retry_or_fail (queue, id, details, delay, may_retry, jitter)
  local now, state = queue.now, nil
  if not may_retry or details.attempt >= (details.tries or load_policy(queue).tries) then
    state = 'failed'
  elseif details.unique and claim_unique_key(queue, id, details) then
    state = 'duplicate'
  end
  if state then
    fail_job(queue, id, details)
    return state, 0
  end
  delay = delay or backoff(queue, details, jitter)
  local at = math.ceil(now + delay)
  if delay > 0 then
    details.ready_at = at
    mark_retrying(queue, id, at)
  else
    enqueue(queue, id, details.priority, now)
  end
  wake_waiter(queue, at)
  return 'delayed', at
end

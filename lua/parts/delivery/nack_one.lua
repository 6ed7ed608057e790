-- Gives up one delivery. `delay`: in ms; nil for the backoff.
-- keys: active holders
-- use: verify_receipt count_outcome member_of end_delivery load_policy backoff save_details
-- use: wake_waiter enqueue mark_retrying
-- rarely: undo_expiry fail_job claim_unique_key
-- returns: 'delayed', 'failed', 'duplicate' or the code of an error
--   when the job is tried next, in ms; else 0
local function nack_one (queue, id, receipt, last_error, delay, may_retry, jitter)
  local keys, now = queue.keys, queue.now
  local details, state = verify_receipt(queue, id, receipt)
  if not details then return state, 0 end
  if state == 'completed' then return 'LEASE_LOST', 0 end
  count_outcome(queue, id, 'failed')
  -- The job waits already, or has failed; either way the worker has now told what happened.
  if state == 'lease_expired' then undo_expiry(queue, id, details) end
  redis.call('ZREM', keys.active, member_of(id))
  redis.call('HDEL', keys.holders, id)
  end_delivery(details)
  details.failures, details.lost_in_row = (details.failures or 0) + 1, nil
  details.first_deadline, details.since, details.ready_at = nil, now, nil
  if last_error ~= '' then details.last_error = last_error end
  local is_failed = not may_retry or details.attempt >= (details.tries or load_policy(queue).tries)
  local is_duplicate = not is_failed and details.unique and claim_unique_key(queue, id, details)
  if is_failed or is_duplicate then
    fail_job(queue, id, details)
    save_details(queue, id, details)
    return is_duplicate and 'duplicate' or 'failed', 0
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
  save_details(queue, id, details)
  return 'delayed', at
end

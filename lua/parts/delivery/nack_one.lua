-- Gives up one delivery. `delay`: in ms; nil for the backoff. `about`, with spaces between: the
-- fingerprint of the error, when the delivery began by its receipt in ms, and the beginning of the
-- error as JSON.
-- keys: active holders
-- use: verify_receipt count_outcome member_of end_delivery record_attempt retry_or_fail
-- use: save_details record_error group_job
-- rarely: undo_expiry count_end
-- returns: 'delayed', 'failed', 'duplicate' or the code of an error
--   when the job is tried next, in ms; else 0
local function nack_one (queue, id, receipt, last_error, delay, may_retry, jitter, about)
  local keys = queue.keys
  local details, state = verify_receipt(queue, id, receipt)
  if not details then return state, 0 end
  if state == 'completed' then return 'LEASE_LOST', 0 end
  count_outcome(queue, id, 'failed')
  if details.operation then count_end(queue, details, 'failed') end
  local fingerprint, began, failure = about:match('^(%x+) (%d*) (.*)$')
  local delivery = { is_late = state == 'lease_expired', began = began, failure = failure }
  -- The job waits already, or has failed; either way the worker has now told what happened.
  if delivery.is_late then undo_expiry(queue, id, details) end
  redis.call('ZREM', keys.active, member_of(id))
  end_delivery(details)
  local worker = record_attempt(queue, id, details, 'failed', delivery)
  record_error(queue, fingerprint, id, worker, failure)
  redis.call('HDEL', keys.holders, id)
  details.failures, details.lost_in_row = (details.failures or 0) + 1, nil
  details.first_deadline, details.since, details.ready_at = nil, queue.now, nil
  if last_error ~= '' then details.last_error = last_error end
  local at
  state, at = retry_or_fail(queue, id, details, delay, may_retry, jitter)
  if state ~= 'delayed' or at > queue.now then
    group_job(queue, id, fingerprint, state ~= 'delayed')
  end
  save_details(queue, id, details)
  return state, at
end

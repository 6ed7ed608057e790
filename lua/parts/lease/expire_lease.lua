-- Takes back a job whose lease has expired at `deadline`: it runs again at once, or has failed.
-- keys: holders
-- use: load_policy load_details first_deadline end_delivery claim_unique_key fail_job enqueue
-- use: save_details record_attempt record_error
-- rarely: group_job count_end
-- returns: its state: 'waiting' or 'failed'
-- Why: the worker died, and the job is not to blame. But a job that kills its workers must not kill
-- them all: it fails after `max_lost` expired leases in a row.
local function expire_lease (queue, id, deadline)
  local policy, details = load_policy(queue), load_details(queue, id)
  details.first_deadline = first_deadline(details, deadline)
  end_delivery(details)
  if details.operation then count_end(queue, details, 'failed') end
  local worker = record_attempt(queue, id, details, 'lost', {})
  record_error(queue, limits.lost_error, id, worker, limits.lost_text)
  details.lost, details.lost_in_row = (details.lost or 0) + 1, (details.lost_in_row or 0) + 1
  details.lapsed, details.since, details.ready_at = true, queue.now, nil
  local most = details.max_lost or policy.max_lost
  local has_failed = (most > 0 and details.lost_in_row >= most) or
    details.attempt >= (details.tries or policy.tries)
  if has_failed then
    local message = 'the lease ran out on delivery ' .. details.deliveries
    details.last_error = cjson.encode({ type = 'lost', message = message })
  end
  has_failed = has_failed or claim_unique_key(queue, id, details) ~= nil
  if has_failed then
    fail_job(queue, id, details)
    group_job(queue, id, limits.lost_error, true)
  else
    enqueue(queue, id, details.priority, queue.now)
  end
  save_details(queue, id, details)
  redis.call('HDEL', queue.keys.holders, id)
  return has_failed and 'failed' or 'waiting'
end

-- Gives up a delivery: the job waits and runs again, or has failed for good.
-- keys: delayed active holders
-- args: now ...fields
-- use: read_clock load_policy verify_receipt undo_expiry claim_unique_key fail_job discard_failed save_details member_of wake_waiter count_outcome enqueue allow_when_full is_recording record_events resolve_dependents
-- fields: id, receipt, error as JSON ('' for none), delay in ms ('' for the backoff), '0' for no retry, and jitter from -1 to 1
-- returns: for each job a state and, in ms, the time of the next try; 'duplicate' and 0 where it has failed, for another job has its unique
--   key by now; or the code of a refusal and 0
allow_when_full(keys)
now = read_clock(now)
local set, outcomes, happened = load_policy(keys), {}, is_recording(keys) and {}
for i = 1, #fields, 6 do
  local id, delay = fields[i], tonumber(fields[i + 3])
  local job, state = verify_receipt(keys, id, fields[i + 1])
  local at = 0
  if job and state == 'completed' then job, state = nil, 'LEASE_LOST' end
  if job then
    count_outcome(keys, id, 'failed')
    -- Lapsed, it waits already, or has failed; either way the worker has now told what happened.
    if state == 'lapsed' then undo_expiry(keys, id, job) end
    redis.call('ZREM', active, member_of(id))
    redis.call('HDEL', holders, id)
    job.deliveries, job.attempt, job.failures = job.deliveries or 1, job.attempt or 1, (job.failures or 0) + 1
    job.lost_in_row, job.first_deadline, job.since, job.ready_at = nil, nil, now, nil
    if fields[i + 2] ~= '' then job.last_error = fields[i + 2] end
    if fields[i + 4] == '0' or job.attempt >= (job.tries or set.tries) then
      fail_job(keys, id, job, now)
      state = 'failed'
    elseif claim_unique_key(keys, id, job, now) then
      fail_job(keys, id, job, now)
      state = 'duplicate'
    else
      -- Those of before a redrive count no more.
      local nth = math.min(job.failures - (job.failures_before or 0), 41)
      delay = delay or math.min(set.backoff_max, set.backoff_base * 2 ^ (nth - 1)) * (1 + 0.2 * fields[i + 5])
      at, state = math.ceil(now + delay), 'delayed'
      if delay > 0 then
        job.ready_at = at
        redis.call('ZADD', delayed, at, member_of(id))
      else
        enqueue(keys, id, job.priority, now)
      end
      wake_waiter(keys, now, at)
    end
    save_details(keys, id, job)
    local n = happened and #happened
    if n and state ~= 'delayed' then happened[n + 1], happened[n + 2] = 'nacked failed', id end
    if n and state == 'delayed' then happened[n + 1], happened[n + 2] = delay > 0 and 'nacked delayed' or 'nacked waiting', string.format(delay > 0 and '%s@%d' or '%s', id, at) end
  end
  outcomes[#outcomes + 1], outcomes[#outcomes + 2] = state, string.format('%d', at)
end
-- A batch of failures is more than the next call drops.
discard_failed(keys, now, 1000)
if set.concurrency then wake_waiter(keys, now, 0) end
if happened and #happened > 0 then record_events(keys, happened) end
if keys[3] then resolve_dependents(keys, now) end
return outcomes

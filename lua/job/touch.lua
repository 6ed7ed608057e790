-- Gives leases more time, and notes how far the work is. A lease that ran out is taken up again while the job is nobody else's,
-- and the concurrency of the queue leaves room.
-- keys: active failed holders quiet
-- args: now worker ...fields
-- use: read_clock load_policy verify_receipt leave_ready_queue save_details member_of wake_waiter allow_when_full is_recording record_events mark_worker_seen
-- worker: who asks, '' if it does not say; fields: id, receipt, lease in ms (0 for the queue's own) and progress as JSON ('' for none) of each job in turn
-- returns: for each job its new deadline in ms, or the code of a refusal; and last 1 if the worker, or one that holds such a job, is to take no more, else 0
allow_when_full(keys)
now = read_clock(now)
local set, outcomes, kept = load_policy(keys), {}, is_recording(keys) and {}
local calm = redis.call('EXISTS', quiet) == 1
local told = calm and worker ~= '' and redis.call('ZSCORE', quiet, worker) and true
mark_worker_seen(keys, worker, now)
for i = 1, #fields, 4 do
  local id, lease = fields[i], tonumber(fields[i + 2])
  local job, state = verify_receipt(keys, id, fields[i + 1])
  -- What it had of the concurrency, another job may have by now.
  local full = redis.call('ZCARD', active) >= (set.concurrency or math.huge)
  if state == 'completed' or (state == 'lapsed' and (full or redis.call('ZSCORE', failed, member_of(id)))) then job, state = nil, 'LEASE_LOST' end
  if job then
    if lease == 0 then lease = set.lease end
    if state == 'lapsed' then
      leave_ready_queue(keys, id, job)
      job.lapsed = nil
    end
    if fields[i + 3] ~= '' then job.progress = fields[i + 3] end
    save_details(keys, id, job)
    local before = tonumber(redis.call('ZSCORE', active, member_of(id)) or math.huge)
    redis.call('ZADD', active, now + lease, member_of(id))
    -- Those who wait know of no end so soon.
    if now + lease < before then wake_waiter(keys, now, now + lease) end
    state = string.format('%d', now + lease)
    if kept then kept[#kept + 1] = id .. '@' .. state end
    local holder = calm and (redis.call('HGET', holders, id) or ''):match(' (.*)$')
    if holder and redis.call('ZSCORE', quiet, holder) then told = true end
  end
  outcomes[#outcomes + 1] = state
end
if kept and #kept > 0 then record_events(keys, { 'touched active', table.concat(kept, ' ') }) end
outcomes[#outcomes + 1] = told and '1' or '0'
return outcomes

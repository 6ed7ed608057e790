-- Gives a job back as if it had never been delivered; its receipt is worth nothing from then on.
-- keys: ready delayed active expiring holders stats
-- args: now id proof delay front
-- use: read_clock load_policy verify_receipt undo_expiry claim_unique_key fail_job save_details member_of wake_waiter enqueue allow_when_full is_recording record_events resolve_dependents
-- returns: 1, or 0 if it has failed, for another job has its unique key by now; NO_SUCH_JOB or LEASE_LOST
-- `front`: 1 to put it before all others of its priority, where it came from, for nobody has seen it
allow_when_full(keys)
now, delay = read_clock(now), tonumber(delay) or 0
local job, state = verify_receipt(keys, id, proof)
if job and state == 'completed' then job, state = nil, 'LEASE_LOST' end
if not job then return { err = state } end
if state == 'lapsed' then
  undo_expiry(keys, id, job)
  -- What never reached its client was no loss.
  if front == '1' then
    job.lost, job.lost_in_row = job.lost > 1 and job.lost - 1 or nil, (job.lost_in_row or 1) > 1 and job.lost_in_row - 1 or nil
    redis.call('HINCRBY', stats, 'lost', -1)
  end
end
redis.call('ZREM', active, member_of(id))
redis.call('HDEL', holders, id)
job.deliveries, job.attempt = job.deliveries or 1, (job.attempt or 1) - 1
if front == '1' and job.expires then redis.call('ZADD', expiring, job.expires, member_of(id)) end
job.expires, job.first_deadline, job.ready_at = nil, nil, nil
-- Put back unseen it never left; but when it came back from a failure is not known any more.
if front ~= '1' or job.failures or job.lost then job.since = now end
local is_twin = claim_unique_key(keys, id, job, now)
local happened = { 'released waiting', id }
if is_twin then
  happened[1] = 'released failed'
  fail_job(keys, id, job, now)
elseif delay > 0 then
  happened = { 'released delayed', string.format('%s@%d', id, now + delay) }
  job.ready_at = now + delay
  redis.call('ZADD', delayed, now + delay, member_of(id))
elseif front == '1' and (job.priority or 5) == 5 then
  redis.call('LPUSH', ready, id)
else
  enqueue(keys, id, job.priority, front == '1' and 0 or now)
end
save_details(keys, id, job)
if not is_twin then wake_waiter(keys, now, now + delay) end
if (is_twin or delay > 0) and load_policy(keys).concurrency then wake_waiter(keys, now, 0) end
if is_recording(keys) then record_events(keys, happened) end
if keys[3] then resolve_dependents(keys, now) end
return is_twin and 0 or 1

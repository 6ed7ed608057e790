-- Gives a job back as if it had never been delivered; its receipt is worth nothing from then on.
-- keys: ready delayed active expiring holders stats
-- args: now id proof delay front
-- use: clock rules hold withdraw claim_unique_key fail save place wake line unbar listened report unblock
-- returns: 1, or 0 if it has failed, for another job has its unique key by now; NO_SUCH_JOB or LEASE_LOST
-- `front`: 1 to put it before all others of its priority, where it came from, for nobody has seen it
unbar(keys)
now, delay = clock(now), tonumber(delay) or 0
local job, state = hold(keys, id, proof)
if job and state == 'completed' then job, state = nil, 'LEASE_LOST' end
if not job then return { err = state } end
if state == 'lapsed' then
  withdraw(keys, id, job)
  -- What never reached its client was no loss.
  if front == '1' then
    job.lost, job.lost_in_row = job.lost > 1 and job.lost - 1 or nil, (job.lost_in_row or 1) > 1 and job.lost_in_row - 1 or nil
    redis.call('HINCRBY', stats, 'lost', -1)
  end
end
redis.call('ZREM', active, place(id))
redis.call('HDEL', holders, id)
job.deliveries, job.attempt = job.deliveries or 1, (job.attempt or 1) - 1
if front == '1' and job.expires then redis.call('ZADD', expiring, job.expires, place(id)) end
job.expires, job.first_deadline, job.ready_at = nil, nil, nil
-- Put back unseen it never left; but when it came back from a failure is not known any more.
if front ~= '1' or job.failures or job.lost then job.since = now end
local is_twin = claim_unique_key(keys, id, job, now)
local happened = { 'released waiting', id }
if is_twin then
  happened[1] = 'released failed'
  fail(keys, id, job, now)
elseif delay > 0 then
  happened = { 'released delayed', string.format('%s@%d', id, now + delay) }
  job.ready_at = now + delay
  redis.call('ZADD', delayed, now + delay, place(id))
elseif front == '1' and (job.priority or 5) == 5 then
  redis.call('LPUSH', ready, id)
else
  line(keys, id, job.priority, front == '1' and 0 or now)
end
save(keys, id, job)
if not is_twin then wake(keys, now, now + delay) end
if (is_twin or delay > 0) and rules(keys).concurrency then wake(keys, now, 0) end
if listened(keys) then report(keys, happened) end
if keys[3] then unblock(keys, now) end
return is_twin and 0 or 1

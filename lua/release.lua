-- Gives a job back as if it had never been delivered; its receipt is worth nothing from then on.
-- keys: ready ranked delayed active failed completed ended expiring jobs details reports holders unique policy stats waiters events listeners
-- args: now id proof delay front
-- use: clock rules hold withdraw save place wake line unbar listened report
-- returns: 1; NO_SUCH_JOB or LEASE_LOST
-- `front`: 1 to put it before all others of its priority, where it came from, for nobody has seen it
unbar(keys)
now, delay = clock(now), tonumber(delay) or 0
local job, state = hold(keys, id, proof)
if job and state == 'completed' then job, state = nil, 'LEASE_LOST' end
if not job then return { err = state } end
if state == 'lapsed' then withdraw(keys, id, job) end
redis.call('ZREM', active, place(id))
redis.call('HDEL', holders, id)
job.deliveries, job.attempt = job.deliveries or 1, (job.attempt or 1) - 1
if front == '1' and job.expires then redis.call('ZADD', expiring, job.expires, place(id)) end
job.expires, job.first_deadline = nil, nil
-- Put back unseen it never left.
if front ~= '1' then job.since = now end
if delay > 0 then
  redis.call('ZADD', delayed, now + delay, place(id))
elseif front == '1' and (job.priority or 5) == 5 then
  redis.call('LPUSH', ready, id)
else
  line(keys, id, job.priority, front == '1' and 0 or now)
end
save(keys, id, job)
wake(keys, now, now + delay)
if delay > 0 and rules(keys).concurrency then wake(keys, now, 0) end
if listened(keys) then
  report(keys, delay > 0 and { 'released delayed', string.format('%s@%d', id, now + delay) } or { 'released waiting', id })
end
return 1

-- Lets failed or delayed jobs run now: one by its id, or many of one state, the oldest first. A failed one gets all its tries again.
-- keys: ready ranked delayed active failed completed expiring jobs details results holders unique policy stats waiters watchers events listeners
-- args: now id state limit
-- use: clock settle detail save place line wake unbar listened report
-- returns: how many now wait that did not; NO_SUCH_JOB, JOB_ON_LEASE or JOB_COMPLETED for a single one
unbar(keys)
now = clock(now)
settle(keys, now, 100)
local members = id ~= '' and { place(id) } or redis.call('ZRANGE', state == 'failed' and failed or delayed, 0, limit - 1)
if id ~= '' and redis.call('HEXISTS', jobs, id) == 0 then return { err = 'NO_SUCH_JOB' } end
if id ~= '' and redis.call('ZSCORE', active, members[1]) then return { err = 'JOB_ON_LEASE' } end
if id ~= '' and redis.call('ZSCORE', completed, members[1]) then return { err = 'JOB_COMPLETED' } end
local count, ids = 0, {}
for _, member in ipairs(members) do
  local number = member:sub(2)
  local job = detail(keys, number)
  local was_failed = redis.call('ZREM', failed, member) == 1
  if was_failed then
    job.attempt, job.lost_in_row, job.lapsed = 0, nil, nil
    if job.unique then redis.call('HSETNX', unique, job.unique, number) end
    save(keys, number, job)
  end
  if was_failed or redis.call('ZREM', delayed, member) == 1 then
    line(keys, number, job.priority, now)
    count, ids[count + 1] = count + 1, number
  end
end
for _ = 1, math.min(count, 10) do wake(keys, now, 0) end
if count > 0 and listened(keys) then report(keys, { 'retried waiting', table.concat(ids, ' ') }) end
return count

-- Lets failed or delayed jobs run now: one by its id, or many of one state, the oldest first. A failed one gets all its tries again.
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs details reports results holders unique policy stats waiters watchers events listeners
-- args: now id state limit
-- use: clock settle page detail block save place line wake unbar listened report
-- returns: how many now wait that did not, in line or for others; NO_SUCH_JOB, JOB_ON_LEASE, JOB_COMPLETED or JOB_BLOCKED for a single one
unbar(keys)
now = clock(now)
settle(keys, now, 100)
local members = id ~= '' and { place(id) } or page('ZRANGE', state == 'failed' and failed or delayed, 0, tonumber(limit) or 0)
if id ~= '' and redis.call('HEXISTS', jobs, id) == 0 then return { err = 'NO_SUCH_JOB' } end
if id ~= '' and redis.call('ZSCORE', active, members[1]) then return { err = 'JOB_ON_LEASE' } end
if id ~= '' and redis.call('ZSCORE', completed, members[1]) then return { err = 'JOB_COMPLETED' } end
if id ~= '' and redis.call('ZSCORE', blocked, members[1]) then return { err = 'JOB_BLOCKED ' .. detail(keys, id).depends } end
local count, ids, held, links = 0, {}, {}, 0
for _, member in ipairs(members) do
  if links >= 2500 then break end -- The next call goes on.
  local number = member:sub(2)
  local job = detail(keys, number)
  local was_failed = redis.call('ZREM', failed, member) == 1
  if was_failed then
    job.attempt, job.lost_in_row, job.lapsed = 0, nil, nil
    if job.unique then redis.call('HSETNX', unique, job.unique, number) end
    -- What depends on it and has not been told waits on.
    redis.call('ZREM', ended, number .. ' failed')
    if job.depends and block(keys, number, job, now, true) then held[#held + 1] = number end
    links = links + (job.depends and select(2, job.depends:gsub('%d+', '')) or 0)
    save(keys, number, job)
  end
  if held[#held] == number then
    count = count + 1
  elseif was_failed or redis.call('ZREM', delayed, member) == 1 then
    line(keys, number, job.priority, now)
    count, ids[#ids + 1] = count + 1, number
  end
end
for _ = 1, math.min(#ids, 10) do wake(keys, now, 0) end
for what, list in pairs({ ['retried waiting'] = ids, ['retried blocked'] = held }) do
  if #list > 0 and listened(keys) then report(keys, { what, table.concat(list, ' ') }) end
end
return count

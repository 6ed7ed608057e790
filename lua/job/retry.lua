-- Lets failed or delayed jobs run now: one by its id, or many of one state, the oldest first. A failed one gets all its tries again.
-- keys: delayed active failed completed blocked ended jobs
-- args: now id state limit start left
-- use: read_clock run_due is_expired read_range begin_bulk state_since is_newer resume_index load_details claim_unique_key add_dependencies save_details member_of enqueue wake_waiter allow_when_full is_recording record_events resolve_dependents
-- start, left: as the last call returned them, '' for the first
-- returns: how many now wait that did not, in line or for others; 1 if another call has more to do, and what it is to be given as `start` and
--   `left`; and how many stay failed, for another job has their unique key by now; NO_SUCH_JOB, JOB_ON_LEASE, JOB_COMPLETED,
--   JOB_BLOCKED or JOB_DUPLICATE for a single one
allow_when_full(keys)
now = read_clock(now)
run_due(keys, now, 100)
local from = state == 'failed' and failed or delayed
local begin, members = begin_bulk(keys, start, now), id ~= '' and { member_of(id) } or read_range('ZRANGE', from, resume_index(from, left), tonumber(limit) or 0)
if id ~= '' and (redis.call('HEXISTS', jobs, id) == 0 or is_expired(keys, id, now)) then return { err = 'NO_SUCH_JOB' } end
if id ~= '' and redis.call('ZSCORE', active, members[1]) then return { err = 'JOB_ON_LEASE' } end
if id ~= '' and redis.call('ZSCORE', completed, members[1]) then return { err = 'JOB_COMPLETED' } end
if id ~= '' and redis.call('ZSCORE', blocked, members[1]) then return { err = 'JOB_BLOCKED ' .. load_details(keys, id).depends } end
local count, ids, held, links, twins, twin = 0, {}, {}, 0, 0, nil
for _, member in ipairs(members) do
  if links >= 2500 then break end -- The next call goes on.
  local number = member:sub(2)
  local job = load_details(keys, number)
  local later = id == '' and is_newer(number, state_since(keys, number, state, job), begin, now)
  local failed_at = redis.call('ZSCORE', failed, member)
  twin = failed_at and not later and claim_unique_key(keys, number, job, now)
  if twin then
    twins, later = twins + 1, true
    save_details(keys, number, job)
  end
  if later then left = (failed_at or redis.call('ZSCORE', from, member)) .. ' ' .. member end
  local was_failed = not later and redis.call('ZREM', failed, member) == 1
  if not later then job.since, job.ready_at = now, nil end
  if was_failed then
    -- All its tries again, and the backoff from its beginning.
    job.attempt, job.lost_in_row, job.lapsed, job.failures_before = 0, nil, nil, job.failures
    -- What depends on it and has not been told waits on.
    redis.call('ZREM', ended, number .. ' failed')
    if job.depends and add_dependencies(keys, number, job, now, true) then held[#held + 1] = number end
    links = links + (job.depends and select(2, job.depends:gsub('%d+', '')) or 0)
    save_details(keys, number, job)
  end
  if held[#held] == number then
    count = count + 1
  elseif was_failed or (not later and redis.call('ZREM', delayed, member) == 1) then
    if not was_failed then save_details(keys, number, job) end
    enqueue(keys, number, job.priority, now)
    count, ids[#ids + 1] = count + 1, number
  end
end
for _ = 1, math.min(#ids, 10) do wake_waiter(keys, now, 0) end
for what, list in pairs({ ['retried waiting'] = ids, ['retried blocked'] = held }) do
  if #list > 0 and is_recording(keys) then record_events(keys, { what, table.concat(list, ' ') }) end
end
if keys[3] then resolve_dependents(keys, now) end
if id ~= '' and twin then return { err = 'JOB_DUPLICATE ' .. twin } end
return { count, id == '' and #members > 0 and 1 or 0, string.format('%d %d', begin.at, begin.last), left, twins }

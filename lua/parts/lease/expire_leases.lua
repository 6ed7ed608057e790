-- Takes back at most a hundred jobs whose lease has run out: the worker died, the job is not to blame, and runs again at once.
-- So many losses in a row as `max_lost` says end that: a job that kills its workers must not kill them all.
-- keys: active holders stats
-- use: load_policy load_details first_deadline claim_unique_key fail_job enqueue save_details is_recording record_events
local function expire_leases (keys, now)
  local lapsed = redis.call('ZRANGEBYSCORE', keys.active, '-inf', now, 'WITHSCORES', 'LIMIT', 0, 100)
  if #lapsed == 0 then return end
  local members = {}
  for i = 1, #lapsed, 2 do members[#members + 1] = lapsed[i] end
  redis.call('ZREM', keys.active, unpack(members))
  local set, lists = load_policy(keys), is_recording(keys) and { waiting = {}, failed = {} }
  for i, member in ipairs(members) do
    local id = member:sub(2)
    local job = load_details(keys, id)
    job.first_deadline = first_deadline(job, lapsed[2 * i])
    job.deliveries, job.attempt = job.deliveries or 1, job.attempt or 1
    job.lost, job.lost_in_row, job.lapsed = (job.lost or 0) + 1, (job.lost_in_row or 0) + 1, true
    job.since, job.ready_at = now, nil
    local most = job.max_lost or set.max_lost
    local is_over = (most > 0 and job.lost_in_row >= most) or job.attempt >= (job.tries or set.tries)
    if is_over then job.last_error = cjson.encode({ type = 'lost', message = 'the lease ran out on delivery ' .. job.deliveries }) end
    if is_over or claim_unique_key(keys, id, job, now) then
      fail_job(keys, id, job, now)
      if lists then table.insert(lists.failed, id) end
    else
      enqueue(keys, id, job.priority, now)
      if lists then table.insert(lists.waiting, id) end
    end
    save_details(keys, id, job)
    redis.call('HDEL', keys.holders, id)
  end
  redis.call('HINCRBY', keys.stats, 'lost', #members)
  for state, ids in pairs(lists or {}) do
    if #ids > 0 then record_events(keys, { 'lost ' .. state, table.concat(ids, ' ') }) end
  end
end

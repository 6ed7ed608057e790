-- Finishes jobs. A result and the job are kept as long as asked for, or a minute where somebody waits for it.
-- keys: ranked delayed active failed completed expiring jobs details results holders unique policy stats workers waiters watchers
-- args: now ...fields
-- use: clock rules hold unline remove finished free save place wake counted unbar
-- fields: id, receipt and result as JSON ('' for none) of each job in turn
-- returns: for each job '' or the code of a refusal; repeating an ack of a job that is still kept is none
unbar(keys)
now = clock(now)
local set, outcomes = rules(keys), {}
for i = 1, #fields, 3 do
  local id, result = fields[i], fields[i + 2]
  local job, state = hold(keys, id, fields[i + 1])
  if not job or state == 'completed' then
    outcomes[#outcomes + 1] = job and '' or state
  else
    counted(keys, id, 'processed')
    local keep = math.max(job.keep or set.keep, job.awaited and 60000 or 0)
    if keep == 0 then
      remove(keys, id, job)
    else
      for _, key in ipairs({ active, delayed, failed, expiring }) do redis.call('ZREM', key, place(id)) end
      if state == 'lapsed' then unline(keys, id, job) end
      redis.call('HDEL', holders, id)
      job.deliveries, job.attempt, job.lapsed = job.deliveries or 1, job.attempt or 1, nil
      free(keys, id, job)
      job.unique = nil
      save(keys, id, job)
      if result ~= '' then redis.call('HSET', results, id, result) end
      redis.call('ZADD', completed, now + keep, place(id))
    end
    finished(keys, id)
    outcomes[#outcomes + 1] = ''
  end
end
if set.concurrency then wake(keys, now, 0) end
return outcomes

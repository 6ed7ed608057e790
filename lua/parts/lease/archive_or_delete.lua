-- Ends a job that was done: it is gone, or stays with its result for as long as it is to be kept.
-- keys: delayed active failed completed expiring results holders
-- use: delete_job leave_ready_queue release_unique_key save_details member_of
local function archive_or_delete (keys, id, job, state, result, keep, now)
  local had_failed = redis.call('ZREM', keys.failed, member_of(id)) == 1
  if state == 'lapsed' and not had_failed then leave_ready_queue(keys, id, job) end
  if keep == 0 then
    delete_job(keys, id, job)
    return
  end
  for _, key in ipairs({ keys.active, keys.delayed, keys.expiring }) do redis.call('ZREM', key, member_of(id)) end
  redis.call('HDEL', keys.holders, id)
  job.deliveries, job.attempt, job.lapsed = job.deliveries or 1, job.attempt or 1, nil
  release_unique_key(keys, id, job)
  job.unique, job.since = nil, now
  save_details(keys, id, job)
  if result ~= '' then redis.call('HSET', keys.results, id, result) end
  redis.call('ZADD', keys.completed, now + keep, member_of(id))
end

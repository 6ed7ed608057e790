-- Ends a job that was done: it is gone, or stays with its result for as long as it is to be kept.
-- keys: delayed active failed completed expiring results holders
-- use: remove unline free save place
local function finish (keys, id, job, state, result, keep, now)
  local had_failed = redis.call('ZREM', keys.failed, place(id)) == 1
  if state == 'lapsed' and not had_failed then unline(keys, id, job) end
  if keep == 0 then
    remove(keys, id, job)
    return
  end
  for _, key in ipairs({ keys.active, keys.delayed, keys.expiring }) do redis.call('ZREM', key, place(id)) end
  redis.call('HDEL', keys.holders, id)
  job.deliveries, job.attempt, job.lapsed = job.deliveries or 1, job.attempt or 1, nil
  free(keys, id, job)
  job.unique, job.since = nil, now
  save(keys, id, job)
  if result ~= '' then redis.call('HSET', keys.results, id, result) end
  redis.call('ZADD', keys.completed, now + keep, place(id))
end

-- Keeps a job that was done, with its result, for `keep` ms.
-- keys: delayed active completed expiring results holders
-- use: member_of end_delivery release_unique_key save_details
local function archive_job (queue, id, details, result, keep)
  local keys, member = queue.keys, member_of(id)
  for _, key in ipairs({ keys.active, keys.delayed, keys.expiring }) do
    redis.call('ZREM', key, member)
  end
  redis.call('HDEL', keys.holders, id)
  end_delivery(details)
  release_unique_key(queue, id, details)
  details.lapsed, details.unique, details.since = nil, nil, queue.now
  save_details(queue, id, details)
  if result ~= '' then redis.call('HSET', keys.results, id, result) end
  redis.call('ZADD', keys.completed, queue.now + keep, member)
end

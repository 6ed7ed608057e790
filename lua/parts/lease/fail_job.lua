-- Carries out the failure of a job for good; its callers decide. The job stays to be seen, redriven
-- or deleted, and its unique key is free.
-- keys: failed expiring
-- use: member_of release_unique_key announce_end
-- rarely: count_end
local function fail_job (queue, id, details)
  redis.call('ZADD', queue.keys.failed, queue.now, member_of(id))
  redis.call('ZREM', queue.keys.expiring, member_of(id))
  release_unique_key(queue, id, details)
  if details.operation then count_end(queue, details, 'failed') end
  announce_end(queue, id, 'failed')
end

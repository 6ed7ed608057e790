-- A job has failed for good: it stays to be seen, redriven or dropped, and its unique key is free.
-- keys: failed expiring
-- use: member_of release_unique_key announce_end
local function fail_job (keys, id, detail, now)
  redis.call('ZADD', keys.failed, now, member_of(id))
  redis.call('ZREM', keys.expiring, member_of(id))
  release_unique_key(keys, id, detail)
  announce_end(keys, id, 'failed', now)
end

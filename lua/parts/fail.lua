-- A job has failed for good: it stays to be seen, redriven or dropped, and its unique key is free.
-- keys: failed expiring
-- use: place free finished
local function fail (keys, id, detail, now)
  redis.call('ZADD', keys.failed, now, place(id))
  redis.call('ZREM', keys.expiring, place(id))
  free(keys, id, detail)
  finished(keys, id, 'failed', now)
end

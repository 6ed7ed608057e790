-- Notes that a worker has been heard of. A queue keeps the 10 000 workers that it heard of last,
-- and forgets all of them after a day of silence.
-- keys: workers heard latest
-- Why: it is never an error. While Redis is full, a worker that only asks must still get its
-- answer.
local function mark_worker_seen (queue, worker)
  local keys = queue.keys
  redis.pcall('ZADD', keys.heard, queue.now, worker)
  redis.call('PEXPIRE', keys.heard, limits.worker_ms)
  redis.call('PEXPIRE', keys.workers, limits.worker_ms)
  if redis.call('ZCARD', keys.heard) <= limits.workers_kept then return end
  local oldest = redis.call('ZRANGE', keys.heard, 0, 0)[1]
  redis.call('ZREM', keys.heard, oldest)
  redis.call('HDEL', keys.workers, 'processed:' .. oldest, 'failed:' .. oldest, 'about:' .. oldest,
    'job:' .. oldest, 'taken_at:' .. oldest)
  redis.call('HDEL', keys.latest, oldest)
end

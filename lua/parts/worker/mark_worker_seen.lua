-- Notes that a worker has been heard of. A queue remembers the 10 000 workers it heard of last, and forgets them all after a day of silence.
-- Never an error: when Redis is full, a worker that only asks must still get its answer.
-- keys: workers heard latest
local function mark_worker_seen (keys, worker, now)
  if worker == '' then return end
  redis.pcall('ZADD', keys.heard, now, worker)
  redis.call('PEXPIRE', keys.heard, 86400000)
  redis.call('PEXPIRE', keys.workers, 86400000)
  if redis.call('ZCARD', keys.heard) <= 10000 then return end
  local gone = redis.call('ZRANGE', keys.heard, 0, 0)[1]
  redis.call('ZREM', keys.heard, gone)
  redis.call('HDEL', keys.workers, 'processed:' .. gone, 'failed:' .. gone, 'about:' .. gone, 'job:' .. gone, 'taken_at:' .. gone)
  redis.call('HDEL', keys.latest, gone)
end

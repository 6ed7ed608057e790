-- Notes that a worker has been heard of. A queue remembers the 10 000 workers it heard of last.
-- Never an error: when Redis is full, a worker that only asks must still get its answer.
-- takes: worker workers heard now
if worker == '' then return end
redis.pcall('ZADD', heard, now, worker)
if redis.call('ZCARD', heard) <= 10000 then return end
local gone = redis.call('ZRANGE', heard, 0, 0)[1]
redis.call('ZREM', heard, gone)
redis.call('HDEL', workers, 'processed:' .. gone, 'failed:' .. gone, 'job:' .. gone, 'taken_at:' .. gone)

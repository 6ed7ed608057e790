-- Tells a worker to take no more, or that it may again. It hears so when it asks next, and at once where it waits.
-- keys: quiet waiters
-- args: now worker on
-- use: read_clock publish
now = read_clock(now)
if on == '0' then return redis.call('ZREM', quiet, worker) end
redis.call('ZADD', quiet, now, worker)
redis.call('PEXPIRE', quiet, 86400000)
for _, server in ipairs(redis.call('ZRANGE', waiters, 0, 99)) do publish(keys, server, 'quiet') end

-- Makes a worker quiet: it is to take no more jobs; or lets it take jobs again (`on` is '0').
-- keys: quiet waiters
-- args: now worker on
-- use: read_clock publish
-- returns: for '0', 1 if the worker was quiet
-- Why: it is told so when it asks next. A worker that waits is told at once by its server.
queue.now = read_clock(now)
if on == '0' then return redis.call('ZREM', quiet, worker) end
redis.call('ZADD', quiet, queue.now, worker)
redis.call('PEXPIRE', quiet, limits.worker_ms)
for _, server in ipairs(redis.call('ZRANGE', waiters, 0, limits.servers_told - 1)) do
  publish(queue, server, 'quiet')
end

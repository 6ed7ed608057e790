-- Ends the waiting of a server for jobs. If other servers wait, one of them is told to look.
-- keys: waiters
-- args: now server
-- use: read_clock wake_waiter
-- Why: the job of which the server was told last may be left, and no other server knows.
queue.now = read_clock(now)
redis.call('ZREM', waiters, server)
wake_waiter(queue, 0)

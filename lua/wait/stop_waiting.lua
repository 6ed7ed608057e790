-- A server has nobody waiting any more: if others have, one of them is told to look.
-- keys: waiters
-- args: now server
-- use: read_clock wake_waiter
redis.call('ZREM', waiters, server)
wake_waiter(keys, read_clock(now), 0)

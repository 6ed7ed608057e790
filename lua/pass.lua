-- A server has nobody waiting any more: if others have, one of them is told to look.
-- keys: waiters
-- args: now server
-- use: clock wake
redis.call('ZREM', waiters, server)
wake(keys, clock(now), 0)

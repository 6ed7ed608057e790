-- Gives out so many ids in a row. With the first of all a queue gets its seed, which makes its receipts its own.
-- takes: keys count
-- returns: the first of them, a number
local first = redis.call('HINCRBY', keys.stats, 'last_id', count) - count + 1
-- Of the clock itself, also where a test gives the time.
if first == 1 then redis.call('HSET', keys.stats, 'seed', redis.sha1hex(table.concat(redis.call('TIME'), ':') .. keys.stats)) end
return first

-- Takes a job out of line that stays in the queue in another state. Searching the list would cost its length,
-- so its place there is marked stale, and pick() passes over it.
-- takes: keys id detail
-- use: place
if redis.call('ZREM', keys.ranked, place(id)) == 0 then detail.stale = (detail.stale or 0) + 1 end

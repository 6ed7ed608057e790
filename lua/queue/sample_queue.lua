-- Samples how a queue stands, for its history: once a minute at most, and only what has changed. A
-- day of samples is kept, and the last sample of each hour for 90 days.
-- keys: history history_hours
-- args: now facts
--   facts: with spaces between, how many jobs wait, are active and have failed, since when the
--     oldest waits in epoch seconds or 0, how many were put in and processed, how many are
--     retrying, and how many failures and lost leases there were
-- use: read_clock delete_ahead
-- returns: 1 if there is a new sample, else 0
local minute = math.floor(read_clock(now) / 60000)
local last = delete_ahead(history, minute, limits.samples_kept)
local before, same = last:match('^(%d+) (.*)$')
if tonumber(before) == minute or same == facts then return 0 end
local sample = string.format('%d %s', minute, facts)
redis.call('RPUSH', history, sample)
redis.call('LTRIM', history, -limits.samples_kept, -1)
local earlier = delete_ahead(history_hours, minute, limits.hours_kept):match('^(%d+) ')
if earlier and math.floor(earlier / 60) == math.floor(minute / 60) then
  redis.call('LSET', history_hours, -1, sample)
else
  redis.call('RPUSH', history_hours, sample)
  redis.call('LTRIM', history_hours, -limits.hours_kept, -1)
end
-- A queue that is purged while its sample is on its way must not leave this behind for good.
redis.call('EXPIRE', history, limits.samples_s)
redis.call('EXPIRE', history_hours, limits.hours_s)
return 1

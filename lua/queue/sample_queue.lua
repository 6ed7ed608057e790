-- Samples how a queue stands, for its history: once a minute at most, and only what has changed. A
-- day of samples is kept.
-- keys: history
-- args: now facts
--   facts: with spaces between, how many jobs wait, are active and have failed, since when the
--     oldest waits in epoch seconds or 0, how many were put in and processed, how many are
--     retrying, and how many failures and lost leases there were
-- use: read_clock
-- returns: 1 if there is a new sample, else 0
local minute = string.format('%d', math.floor(read_clock(now) / 60000))
-- A sample that lies ahead was made before the clock was set back.
for _ = 1, limits.samples_kept do
  local ahead = (redis.call('LINDEX', history, -1) or ''):match('^(%d+) ')
  if not ahead or tonumber(ahead) <= tonumber(minute) then break end
  redis.call('RPOP', history)
end
local before, same = (redis.call('LINDEX', history, -1) or ''):match('^(%d+) (.*)$')
if before == minute or same == facts then return 0 end
redis.call('RPUSH', history, minute .. ' ' .. facts)
redis.call('LTRIM', history, -limits.samples_kept, -1)
-- A queue that is purged while its sample is on its way must not leave this behind for good.
redis.call('EXPIRE', history, limits.samples_s)
return 1

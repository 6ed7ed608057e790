-- Notes how a queue stands: once a minute at most, and only where that has changed. A day of it is kept.
-- keys: history
-- args: now facts
-- use: read_clock
-- facts: waiting, active and failed jobs, since when the oldest waits in epoch seconds or 0, how many were put in and processed; spaces between them
-- returns: 1 if it was noted
local minute = string.format('%d', math.floor(read_clock(now) / 60000))
-- What lies ahead was noted by a clock that was wrong.
for _ = 1, 1440 do
  local ahead = (redis.call('LINDEX', history, -1) or ''):match('^(%d+) ')
  if not ahead or tonumber(ahead) <= tonumber(minute) then break end
  redis.call('RPOP', history)
end
local before, same = (redis.call('LINDEX', history, -1) or ''):match('^(%d+) (.*)$')
if before == minute or same == facts then return 0 end
redis.call('RPUSH', history, minute .. ' ' .. facts)
redis.call('LTRIM', history, -1440, -1)
-- A queue that is purged while its sample is on its way must not leave this behind for good.
redis.call('EXPIRE', history, 90000)
return 1

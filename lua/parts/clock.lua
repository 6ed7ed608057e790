-- The time in whole milliseconds since 1970 by Redis's clock, or `now` where a test gives one.
-- takes: now
-- returns: that, and how many microseconds of Redis's clock have passed since its last millisecond
local time = redis.call('TIME')
local micros = time[2] % 1000
if now ~= '' then return tonumber(now), micros end
return time[1] * 1000 + math.floor(time[2] / 1000), micros

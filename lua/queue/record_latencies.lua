-- Adds how long jobs of a queue waited and ran to the minute that has just ended, and to its hour.
-- keys: stats latency latency_hours
-- args: now waits runs
--   waits, runs: buckets and their counts, such as 37=5,38=9
-- use: read_clock add_latencies
-- returns: 1; 0 if the queue has been purged meanwhile
if redis.call('EXISTS', stats) == 0 then return 0 end
local minute = math.floor((read_clock(now) - limits.latency_late_ms) / 60000)
add_latencies(latency, minute, waits, runs, limits.samples_kept)
add_latencies(latency_hours, math.floor(minute / 60), waits, runs, limits.hours_kept)
redis.call('EXPIRE', latency, limits.samples_s)
redis.call('EXPIRE', latency_hours, limits.hours_s)
return 1

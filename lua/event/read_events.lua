-- Reads the event log of a queue, and keeps it recorded: from the first call on, until there has
-- been no call for ten minutes.
-- keys: events listeners
-- args: now server after from count
--   server: told when there is more, if it has read all; '' for none
--   after: an entry that the caller has read; '' for none
--   from: the first id of an entry that is wanted; '' for none
-- use: allow_when_full read_clock run_due
-- returns: a list:
--   the time in ms
--   the id of the first entry that is kept
--   the id of the last one
--   `count` entries at most
--   0 if the entry `after` is not there any more, else 1
allow_when_full(queue)
local time = read_clock('')
queue.now = read_clock(now)
run_due(queue, limits.promoted_by_look)
if redis.call('EXISTS', events) == 0 then redis.call('XADD', events, '*', 'listening', '') end
redis.call('PEXPIRE', events, limits.recording_ms)
local first = redis.call('XRANGE', events, '-', '+', 'COUNT', 1)[1]
local last = redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
local found = from == '' and {} or redis.call('XRANGE', events, from, '+', 'COUNT', count)
if server ~= '' and #found < tonumber(count) then
  redis.call('SADD', listeners, server)
  redis.call('PEXPIRE', listeners, limits.recording_ms)
end
local is_there = after == '' or #redis.call('XRANGE', events, after, after) == 1
return { time, first[1], last[1], found, is_there and 1 or 0 }

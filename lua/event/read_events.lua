-- Reads what has been recorded of a queue, and keeps it recorded: from the first time on, until nobody has asked for ten minutes.
-- keys: events listeners
-- args: now server after from count
-- use: read_clock run_due allow_when_full
-- server: the one to tell when there is more, if it has read all; '' for none
-- after: an entry that the caller has read; '' for none
-- from: the first id of an entry that is wanted; '' for none
-- returns: the time in ms; the ids of the first and the last entry that are kept; entries, `count` at most;
--   and 0 if the entry `after` is not there any more, else 1
allow_when_full(keys)
local time = read_clock('')
run_due(keys, read_clock(now), 100)
if redis.call('EXISTS', events) == 0 then redis.call('XADD', events, '*', 'listening', '') end
redis.call('PEXPIRE', events, 600000)
local first, last = redis.call('XRANGE', events, '-', '+', 'COUNT', 1)[1], redis.call('XREVRANGE', events, '+', '-', 'COUNT', 1)[1]
local found = from == '' and {} or redis.call('XRANGE', events, from, '+', 'COUNT', count)
if server ~= '' and #found < tonumber(count) then
  redis.call('SADD', listeners, server)
  redis.call('PEXPIRE', listeners, 600000)
end
local is_there = after == '' or #redis.call('XRANGE', events, after, after) == 1
return { time, first[1], last[1], found, is_there and 1 or 0 }

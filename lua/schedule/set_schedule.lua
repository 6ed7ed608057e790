-- Sets a schedule, in the place of the one that has its name. What has come of earlier ticks stays.
-- keys: schedules templates turns upcoming
-- args: name was is payload next most
--   was: the JSON of the schedule when the caller looked; '' for none
--   is: the JSON of the new one; next: its next tick in ms; most: how many schedules there may be
-- returns: 1; 0 if it is another one by now; SCHEDULES_FULL for one too many
if (redis.call('HGET', schedules, name) or '') ~= was then return 0 end
if was == '' and redis.call('HLEN', schedules) >= tonumber(most) then
  return { err = 'SCHEDULES_FULL' }
end
local turn = cjson.decode(redis.call('HGET', turns, name) or '{}')
turn.next, turn.error, turn.recent, turn.since = tonumber(next), nil, nil, nil
redis.call('HSET', schedules, name, is)
redis.call('HSET', templates, name, payload)
redis.call('HSET', turns, name, cjson.encode(turn))
redis.call('ZADD', upcoming, turn.next, name)
return 1

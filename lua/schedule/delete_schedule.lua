-- Deletes a schedule.
-- keys: schedules templates turns upcoming
-- args: name was
--   was: the JSON of the schedule when the caller looked
-- returns: 1; 0 if it is another one by now, or deleted
if redis.call('HGET', schedules, name) ~= was then return 0 end
redis.call('ZREM', upcoming, name)
for _, key in ipairs({ schedules, templates, turns }) do redis.call('HDEL', key, name) end
return 1

-- Moves a schedule on to its next tick, once it is known what came of this one. Only if no other
-- server has done so: each tick counts once.
-- keys: turns upcoming
-- args: name tick at next outcome job error
--   tick: the one at which the schedule stands; at: the one that was fired, a later one where
--     several were missed; next: the next one, '' if there is none; all in ms
--   outcome: 'fired' or 'skipped'; '' for a tick that does not count
-- returns: 1; 0 if the schedule has been moved on, replaced or deleted meanwhile
-- Why: it removes before it adds, for a full Redis refuses a script whose first write adds.
local turn = cjson.decode(redis.call('HGET', turns, name) or '{}')
if turn.next ~= tonumber(tick) then return 0 end
redis.call('ZREM', upcoming, name)
if outcome ~= '' then turn[outcome] = (turn[outcome] or 0) + 1 end
if outcome == 'fired' then turn.last, turn.job = tonumber(at), job end
turn.error = error ~= '' and error or nil
if outcome == 'fired' or error ~= '' then
  local letter = outcome == 'fired' and 'f' or 's'
  turn.recent = ((turn.recent or '') .. letter):sub(-limits.ticks_kept)
  turn.since = letter == 's' and (turn.since or tonumber(at)) or nil
end
turn.next = tonumber(next)
redis.call('HSET', turns, name, cjson.encode(turn))
if turn.next then redis.call('ZADD', upcoming, turn.next, name) end
return 1

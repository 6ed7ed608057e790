-- Moves a schedule on to its next tick, once what came of this one is known; only if nobody else has, so that each counts once.
-- keys: turns upcoming
-- args: name tick at next outcome job error
-- tick: the one it stands at; at: the one that was fired, a later one where several were missed
-- outcome: 'fired', 'skipped', or '' for one that is not to be counted; next: '' where there is none
-- returns: 1, or 0 if it has been moved on, replaced or deleted meanwhile
local turn = cjson.decode(redis.call('HGET', turns, name) or '{}')
if turn.next ~= tonumber(tick) then return 0 end
-- A full Redis refuses a script whose first write adds.
redis.call('ZREM', upcoming, name)
if outcome ~= '' then turn[outcome] = (turn[outcome] or 0) + 1 end
if outcome == 'fired' then turn.last, turn.job = tonumber(at), job end
turn.error = error ~= '' and error or nil
turn.next = tonumber(next)
redis.call('HSET', turns, name, cjson.encode(turn))
if turn.next then redis.call('ZADD', upcoming, turn.next, name) end
return 1

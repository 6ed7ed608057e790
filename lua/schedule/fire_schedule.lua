-- Pushes the job of one tick of a schedule, once: a second call for the same tick is told what came
-- of it.
-- keys: failed completed stats fired firings
-- args: now name tick known_until overlap options fresh_seed payload
--   known_until: when in ms to forget this tick
--   overlap: 'skip' where the last job of the schedule must have ended first
--   fresh_seed: of the queue, if it has none yet
-- use: read_clock run_due job_capacity is_overdue member_of insert_job wake_waiter is_recording
-- use: record_pushed has_job
-- returns: what came of the tick: 'new', 'overlap', 'full'; 'past' if it is older than the last one
--   the id of the last job; '0' for none
-- Why: the first write adds, so that a full Redis refuses the tick.
queue.now, tick = read_clock(now), tonumber(tick)
local known = redis.call('HGET', fired, name) or '0 past 0 -'
local at, outcome, last, seed = known:match('^(%d+) (%S+) (%d+) (%S+)$')
at = tonumber(at)
-- A tick that lies ahead was noted before the clock was set back.
if at >= tick and at <= queue.now + limits.tick_ahead_ms then
  return { at == tick and outcome or 'past', last }
end
redis.call('HINCRBY', stats, 'last_id', 0)
local is_crowded = run_due(queue, limits.promoted_by_push)
local room = job_capacity(queue)
local member = member_of(last)
local has_ended = not has_job(queue, last) or is_overdue(queue, last) or
  redis.call('ZSCORE', failed, member) or redis.call('ZSCORE', completed, member)
if overlap == 'skip' and not has_ended and redis.call('HGET', stats, 'seed') == seed then
  outcome = 'overlap'
else
  -- Behind the jobs that are due and had to be left for the next call.
  local due = is_crowded and queue.now + 0.5 or queue.now
  local id
  id, outcome = insert_job(queue, payload, due, cjson.decode(options), room, fresh_seed)
  if outcome == 'new' then
    last, seed = id, redis.call('HGET', stats, 'seed')
    wake_waiter(queue, due)
    local dues = { [id] = due > queue.now and due or nil }
    if is_recording(queue) then record_pushed(queue, id .. ' new', dues) end
  end
end
redis.call('HSET', fired, name, string.format('%.0f %s %s %s', tick, outcome, last, seed))
redis.call('ZADD', firings, known_until, name)
-- Schedules that fire here no more.
local range = { '-inf', queue.now, 'LIMIT', 0, limits.keys_forgotten }
for _, old in ipairs(redis.call('ZRANGEBYSCORE', firings, unpack(range))) do
  redis.call('ZREM', firings, old)
  redis.call('HDEL', fired, old)
end
local latest = redis.call('ZRANGE', firings, -1, -1, 'WITHSCORES')[2]
if latest then
  redis.call('PEXPIREAT', fired, latest)
  redis.call('PEXPIREAT', firings, latest)
end
return { outcome, last }

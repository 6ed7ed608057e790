-- Puts in the job of one tick of a schedule, once: whoever comes again with the same tick hears what came of it then.
-- keys: failed completed jobs stats fired firings
-- args: now name tick known_until overlap options fresh_seed payload
-- use: read_clock job_capacity run_due is_expired wake_waiter member_of insert_job is_recording record_pushed
-- fresh_seed: of the queue, should it have none yet
-- known_until: when in ms to forget this tick; overlap: 'skip' where the last job of the schedule must have left first
-- returns: what came of the tick, the id of the last job ('0' for none): 'new', 'overlap', 'full', or 'past' if it is older than the last one
now, tick = read_clock(now), tonumber(tick)
local at, outcome, last, seed = (redis.call('HGET', fired, name) or '0 past 0 -'):match('^(%d+) (%S+) (%d+) (%S+)$')
at = tonumber(at)
-- One that lies ahead was noted by a clock that was wrong.
if at >= tick and at <= now + 60000 then return { at == tick and outcome or 'past', last } end
-- The first write adds, so that a full Redis refuses the tick.
redis.call('HINCRBY', stats, 'last_id', 0)
local crowded = run_due(keys, now, 100)
local room = job_capacity(keys, now)
local ended = redis.call('HEXISTS', jobs, last) == 0 or is_expired(keys, last, now) or redis.call('ZSCORE', failed, member_of(last)) or redis.call('ZSCORE', completed, member_of(last))
if overlap == 'skip' and not ended and redis.call('HGET', stats, 'seed') == seed then
  outcome = 'overlap'
else
  -- Behind those that are due and had to be left for later.
  local due = crowded and now + 0.5 or now
  local id
  id, outcome = insert_job(keys, payload, due, cjson.decode(options), room, now, fresh_seed)
  if outcome == 'new' then
    last, seed = id, redis.call('HGET', stats, 'seed')
    wake_waiter(keys, now, due)
    if is_recording(keys) then record_pushed(keys, id .. ' new', { [id] = due > now and due or nil }) end
  end
end
redis.call('HSET', fired, name, string.format('%.0f %s %s %s', tick, outcome, last, seed))
redis.call('ZADD', firings, known_until, name)
-- Of schedules that fire here no more.
for _, old in ipairs(redis.call('ZRANGEBYSCORE', firings, '-inf', now, 'LIMIT', 0, 10)) do
  redis.call('ZREM', firings, old)
  redis.call('HDEL', fired, old)
end
local latest = redis.call('ZRANGE', firings, -1, -1, 'WITHSCORES')[2]
if latest then
  redis.call('PEXPIREAT', fired, latest)
  redis.call('PEXPIREAT', firings, latest)
end
return { outcome, last }

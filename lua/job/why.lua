-- Gathers what can keep a job from running.
-- keys: ready ranked stats
-- args: now id
-- use: read_clock begin_read expire_jobs read_job load_policy current_policy apply_limits member_of remove_stale count_stale
-- returns: the job as lua/job/list_jobs.lua gives it; time now; 1 if the queue is stopped; until when, in ms, or 0;
--   how many are ahead of it, 1000 at most; when in ms somebody asked last, or 0; 1 if a limit is reached; until when, in ms, or 0
now = read_clock(now)
local can_write, _, late = begin_read(keys, now, 100)
for _ = 1, 9 do late = late and expire_jobs(keys, now) end
local found = read_job(keys, id, now)
if not found then return { err = 'NO_SUCH_JOB' } end
local set = can_write and current_policy(keys, now) or load_policy(keys)
-- Looking at a rate cuts its record, which is a write.
local is_told = can_write or not set.rate_limit
local _, allowed, again = nil, 1, nil
if is_told then _, allowed, again = apply_limits(keys, set, { { count = 1, lease = set.lease } }, now) end
local ahead, score = redis.call('ZRANK', ranked, member_of(id)), redis.call('ZSCORE', ranked, member_of(id))
if not score then
  if can_write then remove_stale(keys, 0, 1000) end
  ahead = (redis.call('LPOS', ready, id, 'MAXLEN', 1000) or 1000) + redis.call('ZCOUNT', ranked, '-inf', '(5e13')
elseif tonumber(score) >= 5e13 then
  ahead = ahead + count_stale(keys)
end
found[11], found[12] = set.tries, set.keep
found[13] = { now, set.stopped or 0, set.reopens_at or 0, math.min(ahead, 1000),
  tonumber(redis.call('HGET', stats, 'asked_at') or 0), allowed == 0 and 1 or 0, again or 0 }
return found

-- Gathers what can keep a job from running.
-- keys: ranked stats
-- args: now id
-- use: read_clock begin_read delete_overdue read_job current_policy load_policy apply_limits
-- use: member_of remove_stale count_stale count_plain count_ahead
-- returns: NO_SUCH_JOB, or the job as list_jobs returns it, then a list:
--   the time in ms
--   1 if the queue is stopped, else 0; until when in ms, or 0
--   how many jobs are before it, 1000 at most
--   when a worker asked last, in ms, or 0
--   1 if a limit is reached, else 0; until when in ms, or 0
queue.now = read_clock(now)
local can_write, _, more_expired = begin_read(queue, limits.promoted_by_look)
for _ = 1, 9 do more_expired = more_expired and delete_overdue(queue) end
local found = read_job(queue, id)
if not found then return { err = 'NO_SUCH_JOB' } end
local policy = can_write and current_policy(queue) or load_policy(queue)
local allowed, again = 1, nil
-- To look at a rate cuts its list, which is a write.
if can_write or not policy.rate_limit then
  allowed, again = select(2, apply_limits(queue, { { count = 1, lease = policy.lease } }))
end
local member = member_of(id)
local ahead, score = redis.call('ZRANK', ranked, member), redis.call('ZSCORE', ranked, member)
if not score then
  if can_write then remove_stale(queue, 0, limits.ahead_counted) end
  local urgent = redis.call('ZCOUNT', ranked, '-inf', limits.urgent_scores)
  ahead = count_ahead(queue, id) + urgent
elseif tonumber(score) >= limits.default_priority * limits.priority_span then
  ahead = ahead + count_stale(queue) + count_plain(queue)
end
found[12], found[13] = policy.tries, policy.keep
local asked_at = tonumber(redis.call('HGET', stats, 'asked_at') or 0)
found[14] = {
  queue.now, policy.stopped or 0, policy.reopens_at or 0, math.min(ahead, limits.ahead_counted),
  asked_at, allowed == 0 and 1 or 0, again or 0
}
return found

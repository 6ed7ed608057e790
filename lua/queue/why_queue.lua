-- Gathers what can keep the jobs of a queue from running.
-- keys: stats
-- args: now
-- use: read_clock begin_read current_policy load_policy apply_limits
-- returns: a list:
--   the time in ms
--   1 if the queue is stopped, else 0; until when in ms, or 0
--   when a worker asked last, in ms, or 0
--   1 if a limit is reached, else 0; until when in ms, or 0
queue.now = read_clock(now)
local can_write = begin_read(queue, limits.promoted_by_look)
local policy = can_write and current_policy(queue) or load_policy(queue)
local allowed, again = 1, nil
-- To look at a rate cuts its list, which is a write.
if can_write or not policy.rate_limit then
  allowed, again = select(2, apply_limits(queue, { { count = 1, lease = policy.lease } }))
end
local asked_at = tonumber(redis.call('HGET', stats, 'asked_at') or 0)
return {
  queue.now, policy.stopped or 0, policy.reopens_at or 0, asked_at, allowed == 0 and 1 or 0,
  again or 0
}

-- Counts the jobs of each state. An expired job does not count, and a job that is due counts as
-- waiting, although no script has moved it yet.
-- keys: delayed active failed completed blocked expiring jobs
-- use: count_plain
-- returns: a table of counts by state
local function count_states (queue)
  local keys, now = queue.keys, queue.now
  local counts, others = {}, 0
  for _, state in ipairs({ 'delayed', 'blocked', 'active', 'failed', 'completed' }) do
    counts[state] = redis.call('ZCARD', keys[state])
    others = others + counts[state]
  end
  local due = redis.call('ZCOUNT', keys.delayed, '-inf', now)
  local expired, expired_blocked = redis.call('ZCOUNT', keys.expiring, '-inf', now), 0
  -- A job may expire while it waits for others. Of more than a thousand the rest counts as waiting.
  if expired > 0 and counts.blocked > 0 then
    local range = { '-inf', now, 'LIMIT', 0, limits.expired_counted }
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.expiring, unpack(range))) do
      if redis.call('ZSCORE', keys.blocked, member) then expired_blocked = expired_blocked + 1 end
    end
  end
  local waiting = redis.call('HLEN', keys.jobs) + count_plain(queue) - others + due -
    (expired - expired_blocked)
  counts.waiting = math.max(0, waiting)
  counts.completed = counts.completed - redis.call('ZCOUNT', keys.completed, '-inf', now)
  counts.delayed, counts.blocked = counts.delayed - due, counts.blocked - expired_blocked
  return counts
end

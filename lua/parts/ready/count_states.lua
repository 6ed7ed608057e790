-- How many jobs are in each state. What is over does not count, nor is a job that is due still delayed, although no script has moved it yet.
-- keys: delayed active failed completed blocked expiring jobs
-- returns: a table by state
local function count_states (keys, now)
  local counts, others, over = {}, 0, redis.call('ZCOUNT', keys.expiring, '-inf', now)
  for _, state in ipairs({ 'delayed', 'blocked', 'active', 'failed', 'completed' }) do
    counts[state] = redis.call('ZCARD', keys[state])
    others = others + counts[state]
  end
  counts.completed = counts.completed - redis.call('ZCOUNT', keys.completed, '-inf', now)
  local due, expired = redis.call('ZCOUNT', keys.delayed, '-inf', now), 0
  -- A job may expire while it waits for others. Of more than a thousand the rest is taken for jobs in line.
  if over > 0 and counts.blocked > 0 then
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.expiring, '-inf', now, 'LIMIT', 0, 1000)) do
      if redis.call('ZSCORE', keys.blocked, member) then expired = expired + 1 end
    end
  end
  counts.delayed, counts.blocked = counts.delayed - due, counts.blocked - expired
  counts.waiting = math.max(0, redis.call('HLEN', keys.jobs) - others + due - (over - expired))
  return counts
end

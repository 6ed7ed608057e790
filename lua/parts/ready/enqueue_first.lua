-- Puts a job into the ready queue, before the other jobs of its priority, plain ones as well.
-- keys: ready ranked
-- use: enqueue member_of
-- Why: stale entries are the first ones of their job, and would be taken for the new one in the
-- list. So a job that has some goes to `ranked`, where no entry is stale: behind priority 4, and
-- before those that came so before it.
local function enqueue_first (queue, id, details)
  local keys, priority = queue.keys, details.priority
  if priority ~= nil and priority ~= limits.default_priority then
    enqueue(queue, id, priority, 0)
  elseif not details.stale then
    redis.call('LPUSH', keys.ready, id)
  else
    local range = { limits.front_scores, limits.urgent_scores, 'WITHSCORES', 'LIMIT', 0, 1 }
    local first = redis.call('ZRANGEBYSCORE', keys.ranked, unpack(range))[2]
    local score = (first or limits.default_priority * limits.priority_span) - 1
    redis.call('ZADD', keys.ranked, score, member_of(id))
  end
end

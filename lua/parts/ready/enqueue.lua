-- Puts a job into the ready queue, behind the jobs of its priority that became ready before it.
-- keys: references ranked
-- use: member_of reference_of
-- Why: the jobs of priority 5 are a list, which costs a tenth of a sorted set. The others share a
-- sorted set, by priority and time.
local function enqueue (queue, id, priority, since)
  if priority == nil or priority == limits.default_priority then
    redis.call('RPUSH', queue.keys.references, reference_of(queue, id))
  else
    redis.call('ZADD', queue.keys.ranked, priority * limits.priority_span + since, member_of(id))
  end
end

-- Puts a job into the ready queue, before the other jobs of its priority, plain ones as well.
-- keys: ready
-- use: enqueue
local function enqueue_first (queue, id, priority)
  if priority == nil or priority == limits.default_priority then
    redis.call('LPUSH', queue.keys.ready, id)
  else
    enqueue(queue, id, priority, 0)
  end
end

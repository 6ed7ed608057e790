-- Counts how a delivery ended, for the queue and for the worker that held it.
-- keys: holders stats workers
local function count_outcome (queue, id, what)
  local keys = queue.keys
  redis.call('HINCRBY', keys.stats, what, 1)
  local worker = (redis.call('HGET', keys.holders, id) or ''):match(' (.*)$')
  if worker then redis.call('HINCRBY', keys.workers, what .. ':' .. worker, 1) end
end

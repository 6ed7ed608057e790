-- Counts what has become of a delivery, for the queue and for the worker that had it.
-- keys: holders stats workers
local function count_outcome (keys, id, what)
  redis.call('HINCRBY', keys.stats, what, 1)
  local worker = (redis.call('HGET', keys.holders, id) or ''):match(' (.*)$')
  if worker then redis.call('HINCRBY', keys.workers, what .. ':' .. worker, 1) end
end

-- Counts the failures of jobs that a worker pushes again (PUT), for the queue and for the worker,
-- '' if it does not say.
-- keys: stats workers
-- use: count_failures mark_worker_seen
local function count_failed_push (queue, worker, failures)
  local keys = queue.keys
  redis.call('HINCRBY', keys.stats, 'failed', failures)
  count_failures(queue, failures)
  if worker == '' then return end
  redis.call('HINCRBY', keys.workers, 'failed:' .. worker, failures)
  mark_worker_seen(queue, worker)
end

-- Tells whether the worker that holds a job is quiet.
-- keys: holders quiet
local function is_held_by_quiet (queue, id)
  local worker = (redis.call('HGET', queue.keys.holders, id) or ''):match(' (.*)$')
  return worker and redis.call('ZSCORE', queue.keys.quiet, worker) and true
end

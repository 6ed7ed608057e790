-- Does what time has made due, if the queue has anything that can be: see run_steps.
-- keys: delayed active failed completed ended expiring
-- rarely: run_steps
-- returns: what run_steps returns
-- Why: every script that looks at a queue begins so, and no timer is needed. The exception: ack,
-- nack, touch, release and restore look at their own jobs alone. A queue of jobs that only wait
-- or are on lease pays for two commands.
local function run_due (queue, limit)
  local keys = queue.keys
  local sets = redis.call('EXISTS', keys.delayed, keys.expiring, keys.completed, keys.failed,
    keys.ended)
  local now = string.format('%d', queue.now)
  if sets == 0 and redis.call('ZCOUNT', keys.active, '-inf', now) == 0 then return false end
  return run_steps(queue, limit)
end

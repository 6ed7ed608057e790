-- Begins a script that only looks, and does due work, as run_due does.
-- keys: jobs
-- use: run_due
-- returns: whether Redis takes writes; if it does not, the script must write nothing
--   what run_due returns
-- Why: while Redis cannot write to its disk it refuses every write, and so due work cannot be
-- done. The script must show then how the queue stands. The first write removes nothing, for a full
-- Redis refuses a script whose first write adds.
local function begin_read (queue, limit)
  local answer = redis.pcall('HDEL', queue.keys.jobs, '')
  local is_refused = type(answer) == 'table'
  if is_refused and answer.err:find('MISCONF', 1, true) then return false end
  -- Any other error is for the caller.
  if is_refused then redis.call('HDEL', queue.keys.jobs, '') end
  return true, run_due(queue, limit)
end

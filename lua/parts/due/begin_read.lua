-- Begins a script that only looks. Redis refuses every write, and even this settling, while it cannot write to its disk;
-- the script must tell what there is then, and write nothing.
-- keys: jobs
-- use: run_due
-- returns: whether Redis takes writes; and what lua/parts/due/run_due.lua returns
-- It removes nothing, and counts as a first write: a full Redis refuses a script whose first write adds.
local function begin_read (keys, now, limit)
  local answer = redis.pcall('HDEL', keys.jobs, '')
  if type(answer) == 'table' and answer.err:find('MISCONF', 1, true) then return false end
  -- Any other refusal is for the caller.
  if type(answer) == 'table' then redis.call('HDEL', keys.jobs, '') end
  return true, run_due(keys, now, limit)
end

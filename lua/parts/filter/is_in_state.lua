-- Tells whether a job that was found where jobs of a state stand is in that state.
-- keys: delayed active failed completed blocked jobs
-- use: is_overdue member_of
-- Why: an entry of the ready list may be stale, and a lease may have ended.
local function is_in_state (queue, id, state)
  local keys, member, records = queue.keys, member_of(id), queue.memo.records
  -- A plain job that waits is nowhere else, and its time is never over.
  if state == 'waiting' and records and records[id] then return true end
  if redis.call('HEXISTS', keys.jobs, id) == 0 or is_overdue(queue, id) then return false end
  if state ~= 'waiting' then
    return state ~= 'active' or redis.call('ZSCORE', keys.active, member) ~= false
  end
  local others = { keys.delayed, keys.active, keys.failed, keys.completed, keys.blocked }
  for _, key in ipairs(others) do
    if redis.call('ZSCORE', key, member) then return false end
  end
  return true
end

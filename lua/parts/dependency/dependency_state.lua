-- Tells whether a job has yet to complete. A call asks once for each, for many jobs may wait for
-- the same one.
-- keys: failed completed
-- use: member_of has_job
-- returns: 'unfinished' or 'failed'; nil once it has completed
-- Why: a job that is deleted counts as completed. So completed jobs cost no memory.
local function dependency_state (queue, id)
  local keys, memo = queue.keys, queue.memo
  memo.dependency_state = memo.dependency_state or {}
  local known = memo.dependency_state
  if known[id] == nil then
    local member, state = member_of(id), 'completed'
    if has_job(queue, id) and not redis.call('ZSCORE', keys.completed, member) then
      state = redis.call('ZSCORE', keys.failed, member) and 'failed' or 'unfinished'
    end
    known[id] = state
  end
  if known[id] ~= 'completed' then return known[id] end
end

-- Whether a job has yet to complete. A call asks once of each, for many may wait for the same; keys[4] keeps the answers. Gone is completed:
-- what is gone costs no memory.
-- keys: failed completed jobs
-- use: member_of
-- returns: yes, or failed if it has; nothing once it has completed
local function dependency_state (keys, id)
  keys[4] = keys[4] or {}
  local known = keys[4]
  if known[id] == nil then
    local member, state = member_of(id), 'done'
    if redis.call('HEXISTS', keys.jobs, id) == 1 and not redis.call('ZSCORE', keys.completed, member) then
      state = redis.call('ZSCORE', keys.failed, member) and 'failed' or 'yes'
    end
    known[id] = state
  end
  if known[id] ~= 'done' then return known[id] end
end

-- Brings a job back that pack_job has packed into `text`, into the state in which it was. One that
-- has failed or completed stays so, and any other goes by the rules of a push (restore_open).
-- keys: failed completed grouped ended retrying
-- use: unpack_job member_of save_details
-- rarely: restore_open
-- returns: its state; nil if it is not back
--   its id, in the form of events
local function restore_packed (queue, text)
  local keys = queue.keys
  local id, details, kept = unpack_job(queue, text)
  if not id then return nil end
  local member, event = member_of(id), id
  -- Dependents that have not been told of the deletion wait on.
  redis.call('ZREM', keys.ended, id .. ' cancelled')
  local state = kept.failed and 'failed' or kept.completed and 'completed'
  if state then
    redis.call('ZADD', keys[state], kept[state], member)
  else
    state, event = restore_open(queue, id, details, kept)
  end
  local is_retrying = kept.retrying and state == 'delayed'
  if is_retrying then redis.call('ZADD', keys.retrying, kept.retrying, member) end
  if kept.grouped and (kept.failed or is_retrying) then
    redis.call('ZADD', keys.grouped, kept.grouped, member)
  end
  save_details(queue, id, details)
  return state, event
end

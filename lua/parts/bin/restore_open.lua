-- Puts a job back that had not ended when it was packed. One that cannot have its unique key again,
-- or whose dependency has failed, is failed. One that waited for jobs which have completed since
-- then can be taken. `kept`: see pack_job.
-- keys: delayed expiring
-- use: member_of claim_unique_key fail_job add_dependencies
-- rarely: enqueue wake_waiter
-- returns: its state
--   its id, in the form of events
local function restore_open (queue, id, details, kept)
  local keys, member, now = queue.keys, member_of(id), queue.now
  if claim_unique_key(queue, id, details) then
    fail_job(queue, id, details)
    return 'failed', id
  end
  if kept.expiring then redis.call('ZADD', keys.expiring, kept.expiring, member) end
  local state = details.depends and add_dependencies(queue, id, details)
  if state then return state, id end
  local at = tonumber(kept.blocked and details.due or kept.delayed) or 0
  details.due = nil
  if at > now then
    if kept.blocked then details.ready_at = at end
    redis.call('ZADD', keys.delayed, string.format('%d', at), member)
    wake_waiter(queue, at)
    return 'delayed', string.format('%s@%d', id, at)
  end
  -- It came into this state now: an operation that has moved it in vain leaves it.
  details.since, details.ready_at = now, nil
  enqueue(queue, id, details.priority, now)
  wake_waiter(queue, 0)
  return 'waiting', id
end

-- Undoes expire_lease: takes the job out of the ready queue or the failed set, so that a late nack
-- or release can apply. Dependents that have not been told of the failure wait on.
-- keys: failed ended grouped
-- use: member_of leave_ready_queue
-- Why: a job that had failed comes back without its unique key; claim_unique_key gets it again.
local function undo_expiry (queue, id, details)
  if redis.call('ZREM', queue.keys.failed, member_of(id)) == 0 then
    leave_ready_queue(queue, id, details)
  else
    redis.call('ZREM', queue.keys.grouped, member_of(id))
  end
  redis.call('ZREM', queue.keys.ended, id .. ' failed')
  details.lapsed = nil
end

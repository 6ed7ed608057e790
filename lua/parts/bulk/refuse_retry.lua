-- Tells why a single job cannot run now.
-- keys: active completed blocked
-- use: has_job is_overdue member_of load_details
-- returns: NO_SUCH_JOB, JOB_ON_LEASE, JOB_COMPLETED or JOB_BLOCKED; nil if it can, or waits already
local function refuse_retry (queue, id)
  local keys, member = queue.keys, member_of(id)
  if not has_job(queue, id) or is_overdue(queue, id) then return 'NO_SUCH_JOB' end
  if redis.call('ZSCORE', keys.active, member) then return 'JOB_ON_LEASE' end
  if redis.call('ZSCORE', keys.completed, member) then return 'JOB_COMPLETED' end
  if not redis.call('ZSCORE', keys.blocked, member) then return nil end
  return 'JOB_BLOCKED ' .. load_details(queue, id).depends
end

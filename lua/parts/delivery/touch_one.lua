-- Extends one lease, for `lease` ms (0 for the queue's own). A lease that has expired is taken up
-- again while the job has not been delivered again, and the concurrency of the queue leaves room.
-- keys: active failed
-- use: verify_receipt load_policy member_of leave_ready_queue save_details wake_waiter
-- rarely: resume_attempt
-- returns: the new deadline in ms, as text; nil if it is refused
--   then the code of the error
local function touch_one (queue, id, receipt, lease, progress)
  local keys, now, policy = queue.keys, queue.now, load_policy(queue)
  local details, state = verify_receipt(queue, id, receipt)
  if not details then return nil, state end
  local member = member_of(id)
  if state == 'completed' then return nil, 'LEASE_LOST' end
  if state == 'lease_expired' then
    -- What it had of the concurrency, another job may have by now.
    local is_full = redis.call('ZCARD', keys.active) >= (policy.concurrency or math.huge)
    if is_full or redis.call('ZSCORE', keys.failed, member) then return nil, 'LEASE_LOST' end
    leave_ready_queue(queue, id, details)
    details.lapsed = nil
    resume_attempt(queue, id, details)
  end
  if progress ~= '' then details.progress = progress end
  save_details(queue, id, details)
  local deadline = now + (lease == 0 and policy.lease or lease)
  local before = tonumber(redis.call('ZSCORE', keys.active, member) or math.huge)
  redis.call('ZADD', keys.active, deadline, member)
  -- Servers that wait know of no deadline so early.
  if deadline < before then wake_waiter(queue, deadline) end
  return string.format('%d', deadline)
end

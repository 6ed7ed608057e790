-- Does a bounded piece of what time has made due: expires jobs and leases, discards failed jobs,
-- resolves dependents, and promotes `limit` delayed jobs at most.
-- keys: delayed active failed completed ended expiring
-- rarely: delete_overdue discard_failed expire_leases resolve_dependents promote_delayed
-- returns: whether delayed jobs may be left that are due
--   whether jobs may be left in the ready queue whose ttl has ended
--   whether dependents can be taken now, or may be after the next call
local function run_steps (queue, limit)
  local keys, now = queue.keys, string.format('%d', queue.now)
  local more_due, more_expired, unblocked = false, false, false
  local function is_due (key)
    return redis.call('ZCOUNT', key, '-inf', now) > 0
  end
  if is_due(keys.expiring) or is_due(keys.completed) then more_expired = delete_overdue(queue) end
  -- More than the steps after this one can fail.
  if redis.call('EXISTS', keys.failed) == 1 then
    discard_failed(queue, limits.discarded_at_once)
  end
  if is_due(keys.active) then expire_leases(queue) end
  if redis.call('EXISTS', keys.ended) == 1 then unblocked = resolve_dependents(queue) end
  if is_due(keys.delayed) then more_due = promote_delayed(queue, limit) end
  return more_due, more_expired, unblocked
end

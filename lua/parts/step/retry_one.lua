-- Lets a failed or delayed job run that an operation is about.
-- keys: failed
-- use: load_details why_left member_of
-- rarely: claim_unique_key save_details redrive_job leave_delayed retry_now
-- returns: what has become of it: waiting or blocked; left; duplicate, which stays failed, for
--     another job has its unique key; gone if it is in another state by now
--   how much of a step that was, 1 for all
local function retry_one (queue, operation, id, filter)
  local details = load_details(queue, id)
  local why = why_left(queue, operation, id, details, filter)
  if why then return why, 0 end
  local has_failed = redis.call('ZSCORE', queue.keys.failed, member_of(id))
  if has_failed and claim_unique_key(queue, id, details) then
    save_details(queue, id, details)
    return 'duplicate', 0
  end
  details.operation = operation.id .. ' ' .. operation.round
  if has_failed then
    local links, is_blocked = redrive_job(queue, id, details)
    return is_blocked and 'blocked' or 'waiting', links / limits.links_redriven
  end
  if not leave_delayed(queue, id) then return 'gone', 0 end
  retry_now(queue, id, details)
  return 'waiting', 0
end

-- Gives a failed job all its tries again. It waits in the ready queue, or for the jobs on which it
-- depends: even for failed ones, which may be redriven, too.
-- keys: failed ended grouped
-- use: member_of add_dependencies save_details retry_now
-- returns: on how many jobs it depends
--   whether it is blocked
-- Why: dependents that have not been told of the failure wait on.
local function redrive_job (queue, id, details)
  local keys = queue.keys
  redis.call('ZREM', keys.failed, member_of(id))
  redis.call('ZREM', keys.grouped, member_of(id))
  details.attempt, details.lost_in_row, details.lapsed = 0, nil, nil
  -- The backoff begins anew.
  details.failures_before = details.failures
  redis.call('ZREM', keys.ended, id .. ' failed')
  local state = details.depends and add_dependencies(queue, id, details, true)
  local links = details.depends and select(2, details.depends:gsub('%d+', '')) or 0
  if not state then
    retry_now(queue, id, details)
    return links, false
  end
  details.since, details.ready_at = queue.now, nil
  save_details(queue, id, details)
  return links, true
end

-- Tells whether a job came into its state in a period: not before `since`, and before `until`.
-- keys: holders
-- use: state_since read_record run_at_of
-- Why: a plain job waits since its push. When the first delivery of a job on lease began is known
-- if its worker has given its id.
local function is_in_period (queue, filter, id, state, details)
  local at
  if state == 'active' then
    at = details.started or (redis.call('HGET', queue.keys.holders, id) or ''):match('^%d+')
  else
    at = state_since(queue, id, state, details)
    local record = not at and read_record(queue, id)
    if record then at = run_at_of(record) end
  end
  at = tonumber(at)
  if not at or (filter.since and at < filter.since) then return false end
  return not filter['until'] or at < filter['until']
end

-- Tells why an operation does not change a job.
-- use: is_newer_job matches_filter
-- rarely: is_grouped is_retrying is_in_state
-- returns: left, for a job that came later, or that the filter does not match; gone, for one that
--   is in another state by now; nil for a job to change
-- Why: a server of an older version moves a job on and leaves it in `retrying` and `grouped`.
local function why_left (queue, operation, id, details, filter)
  local state, is_there = operation.where.state, true
  if is_newer_job(queue, operation, id, details) then return 'left' end
  if filter.error then
    is_there = is_grouped(queue, id, state)
  elseif state == 'retrying' then
    is_there = is_retrying(queue, id)
  elseif state == 'waiting' or state == 'completed' then
    is_there = is_in_state(queue, id, state)
  end
  if not is_there then return 'gone' end
  return not matches_filter(queue, filter, id, state, details) and 'left' or nil
end

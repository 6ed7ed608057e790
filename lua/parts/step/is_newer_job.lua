-- Tells whether an operation leaves a job as it is: it came into its state after the operation had
-- begun.
-- use: state_since is_newer
-- Why: a job that the operation itself let go, and that failed again before the operation was
-- resumed, goes once more.
local function is_newer_job (queue, operation, id, details)
  local since = state_since(queue, id, operation.where.state, details)
  if not is_newer(queue, id, since, operation.begin) then return false end
  local resumed_at = operation.resumed_at
  local is_own = details.operation == operation.id
  return not (is_own and resumed_at and since and since <= resumed_at)
end

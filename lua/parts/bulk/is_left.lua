-- Tells whether a bulk operation leaves a job of a sorted set where it is: the job came later, or
-- the filter does not match it.
-- use: state_since is_newer matches_filter
local function is_left (queue, id, state, details, begin)
  if is_newer(queue, id, state_since(queue, id, state, details), begin) then return true end
  return next(begin.filter) ~= nil and
    not matches_filter(queue, begin.filter, id, state, details)
end

-- Tells whether a job that stands in the set of its state is in that state.
-- rarely: is_grouped is_retrying
-- Why: a server of an older version moves a job on and leaves it in `retrying` and `grouped`.
local function is_matching (queue, where, id)
  if where.error then return is_grouped(queue, id, where.state) end
  return where.state ~= 'retrying' or is_retrying(queue, id)
end

-- Tells whether a job came into the queue, or into its state, after a bulk operation began.
-- `since`: what state_since returns.
-- Why: a time ahead of now is not newer. It was noted before the clock was set back.
local function is_newer (queue, id, since, begin)
  if tonumber(id) > begin.last then return true end
  return since ~= nil and since > begin.at and since <= queue.now
end

-- Whether a job came in, or came into its state, after a bulk act began.
-- since: see lua/parts/record/state_since.lua
-- A time ahead of the clock is no later one: the clock was set back since.
local function is_newer (id, since, begun, now)
  if tonumber(id) > begun.last then return true end
  return since ~= nil and since > begun.at and since <= now
end

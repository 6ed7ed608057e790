-- Puts an operation into a state, from now on.
local function set_state (queue, operation, state)
  operation.state, operation.changed_at = state, queue.now
end

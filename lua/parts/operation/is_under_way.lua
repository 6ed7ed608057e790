-- Tells whether a server carries an operation on by itself.
local function is_under_way (operation)
  local state = operation.state
  return state == 'canary' or state == 'running' or state == 'undoing'
end

-- Reads an entry of the ready list or of the references (see reference_of).
-- returns: the id of its job, as text
--   the last id of the plain jobs that are before it, as a number; 0 in the ready list
local function reference_id (entry)
  local id, last = entry:match('^(%d+):?(%d*)$')
  return id, tonumber(last) or 0
end

-- Takes an entry of a job that was found in the ready list off the number of its stale entries.
-- use: save_details
-- returns: whether the entry was stale
local function skip_stale (queue, id, details)
  if not details.stale then return false end
  details.stale = details.stale > 1 and details.stale - 1 or nil
  save_details(queue, id, details)
  return true
end

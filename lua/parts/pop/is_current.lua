-- Tells whether an entry belongs to its job now, and is not stale. Entries of `ranked` and
-- of `plain` are never stale.
-- keys: details
-- use: load_details skip_stale
-- Why: of two entries of one job in a batch only the first is stale. So the details are read again
-- for the second one, and replaced in `details_texts`.
local function is_current (queue, id, details_texts, i, is_exact)
  if is_exact or not details_texts[i]:find('"stale"', 1, true) then return true end
  if skip_stale(queue, id, load_details(queue, id)) then return false end
  details_texts[i] = redis.call('HGET', queue.keys.details, id)
  return true
end

-- Adds the jobs of entries that pop_ready has removed to those that it took, but for stale entries.
-- `found`, `stored`, `texts`: ids, records and details; of these the first `last`. `is_exact`: none
-- of them is stale.
-- rarely: is_current
-- returns: how many were stale, or had no job
local function add_taken (queue, popped, found, stored, texts, last, is_plain, is_exact)
  local ids, records, details = popped.ids, popped.records, popped.details
  local n, skipped = popped.count, 0
  for i = 1, last do
    local id, text = found[i], texts[i]
    if stored[i] and (not text or is_current(queue, id, texts, i, is_exact)) then
      n = n + 1
      ids[n], records[n], details[n] = id, stored[i], texts[i] or false
      popped.is_plain[n] = is_plain
    else
      skipped = skipped + 1
    end
  end
  popped.count = n
  return skipped
end

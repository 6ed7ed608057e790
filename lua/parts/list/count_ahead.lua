-- Counts the jobs of priority 5 that are before a job of that priority which waits.
-- use: read_entries find_plain entries_before plain_before reference_id
-- returns: a number; 1000 where its entry is not among the first 1000
local function count_ahead (queue, id)
  if find_plain(queue, id) then
    return plain_before(queue, tonumber(id)) + entries_before(queue, tonumber(id))
  end
  for from = 0, limits.ahead_counted - 1, 100 do
    local entries = read_entries(queue, from, 100)
    for i, entry in ipairs(entries) do
      local other, last = reference_id(entry)
      if other == id then return from + i - 1 + plain_before(queue, last + 1) end
    end
    if #entries < 100 then break end
  end
  return limits.ahead_counted
end

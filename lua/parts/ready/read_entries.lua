-- Reads entries of the ready list and of the references behind it, from the index `first` on.
-- keys: references
-- use: entry_key read_range
-- returns: a list of `count` entries at most
local function read_entries (queue, first, count)
  local key, index = entry_key(queue, first)
  local entries = read_range('LRANGE', key, index, count)
  if key == queue.keys.references or #entries == count then return entries end
  for _, entry in ipairs(read_range('LRANGE', queue.keys.references, 0, count - #entries)) do
    entries[#entries + 1] = entry
  end
  return entries
end

-- Reads the record from an entry of the list `plain`.
-- returns: the record (see pack_record); false for a tombstone, which is an id and nothing else
local function entry_record (entry)
  return #entry > limits.entry_header and entry:sub(limits.entry_header + 1)
end

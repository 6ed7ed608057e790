-- Reads the id from an entry of the list `plain`, or from a tombstone there.
-- returns: a number
local function entry_id (entry)
  return (struct.unpack('>I6', entry))
end

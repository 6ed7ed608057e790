-- Makes the entry of a plain job that waits: its id (6 bytes), then its record. `id`: a number.
-- returns: the bytes that the list `plain` holds
local function pack_entry (id, record)
  return struct.pack('>I6', id) .. record
end

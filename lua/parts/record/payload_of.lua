-- Reads the payload from a record, as the client sent it.
-- returns: text
local function payload_of (record)
  return record:sub(limits.record_header + 1)
end

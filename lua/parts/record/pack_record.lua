-- Makes the record of a job: the time in ms from which it may run (6 bytes), then its payload.
-- returns: the bytes that the hash `jobs` holds
local function pack_record (run_at, payload)
  return struct.pack('>I6', run_at) .. payload
end

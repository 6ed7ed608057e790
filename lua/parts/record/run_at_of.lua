-- Reads from a record when the job was to run at first.
-- returns: a time in ms
local function run_at_of (record)
  return (struct.unpack('>I6', record))
end

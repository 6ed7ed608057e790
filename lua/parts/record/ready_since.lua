-- Since when a job can be taken: since it came back, where it failed or was given back before, and else since it was due.
-- returns: a time in ms
local function ready_since (record, detail)
  return detail and (detail.ready_at or detail.since) or (struct.unpack('>I6', record))
end

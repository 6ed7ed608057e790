-- Tells since when a job can be taken: since it came back from a failure or a release, or else
-- since it was due.
-- use: run_at_of
-- returns: a time in ms
local function ready_since (record, details)
  return details and (details.ready_at or details.since) or run_at_of(record)
end

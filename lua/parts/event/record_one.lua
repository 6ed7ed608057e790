-- Records one thing that was done with jobs, if there are any. `what` and ids: see record_events.
-- use: is_recording
-- rarely: record_events
local function record_one (queue, what, ids)
  if #ids > 0 and is_recording(queue) then
    record_events(queue, { what, table.concat(ids, ' ') })
  end
end

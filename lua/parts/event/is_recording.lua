-- Tells whether events are recorded: a client listens, or did within ten minutes (read_events). A
-- call asks once.
-- keys: events
local function is_recording (queue)
  local memo = queue.memo
  if memo.recording == nil then memo.recording = redis.call('EXISTS', queue.keys.events) == 1 end
  return memo.recording
end

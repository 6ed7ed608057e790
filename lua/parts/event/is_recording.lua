-- Whether what is done is to be recorded: somebody listens, or did within ten minutes (see lua/event/read_events.lua). A call asks once; keys[1] keeps the answer.
-- keys: events
local function is_recording (keys)
  if keys[1] == nil then keys[1] = redis.call('EXISTS', keys.events) == 1 end
  return keys[1]
end

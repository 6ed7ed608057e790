-- Records what a call has done, and tells the servers that have read all there was. Only where is_recording() says so.
-- keys: events listeners
-- use: publish
-- happened: in turn what became of jobs ('pushed waiting', 'taken active@1700000060000 w1': what, the state, until when in ms, and who), and which:
--   ids with spaces between, '7+3' for 7, 8 and 9, '7@1700000060000' for one with a time of its own; '' where it is about the queue
local function record_events (keys, happened)
  redis.call('XADD', keys.events, 'MAXLEN', '~', 10000, '*', unpack(happened))
  local servers = redis.call('SMEMBERS', keys.listeners)
  if #servers == 0 then return end
  redis.call('DEL', keys.listeners)
  for _, server in ipairs(servers) do publish(keys, server, 'events') end
end

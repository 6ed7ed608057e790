-- Records what a call has done, as one entry of the event log, and tells the servers that have read
-- all there was. Only where is_recording says so. `events`, in turn:
--   the verb, the state of the jobs, until when in ms, and the worker, as far as each is known:
--   'pushed waiting', 'taken active@1700000060000 w1'
--   the ids with spaces between: '7+3' for 7, 8 and 9; '7@1700000060000' for one with a time of its
--   own; '' for what concerns the queue
-- keys: events listeners
-- use: publish
local function record_events (queue, events)
  local keys = queue.keys
  redis.call('XADD', keys.events, 'MAXLEN', '~', limits.events_kept, '*', unpack(events))
  local servers = redis.call('SMEMBERS', keys.listeners)
  if #servers == 0 then return end
  redis.call('DEL', keys.listeners)
  for _, server in ipairs(servers) do publish(queue, server, 'events') end
end

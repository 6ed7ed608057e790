-- Registers the server of a take as a waiter, if it has a name; or else tells a server that waits
-- of the earliest `deadline` of the take. `again`: when the rate lets go more jobs.
-- keys: active
-- rarely: register_waiter wake_waiter
-- returns: when a job may be had, in ms; nil if that is not known
-- Why: servers that wait know of an earlier deadline already.
local function next_look (queue, server, again, got_none, deadline)
  if server ~= '' then return register_waiter(queue, server, got_none, again) end
  if not deadline then return again end
  local earlier = redis.call('ZCOUNT', queue.keys.active, '-inf', string.format('(%d', deadline))
  if earlier == 0 then wake_waiter(queue, deadline) end
  return again
end

-- Registers the server of a take as a waiter, if it has a name; or else tells a server that waits
-- of the earliest `deadline` of the take. `again`: when the rate lets go more jobs.
-- keys: active
-- rarely: register_waiter wake_waiter
-- returns: when a job may be had, in ms; nil if that is not known
-- Why: servers that wait know of an earlier deadline already.
local function next_look (queue, server, again, got_none, deadline)
  if server ~= '' then return register_waiter(queue, server, got_none, again) end
  if not deadline then return again end
  local first = redis.call('ZRANGE', queue.keys.active, 0, 0, 'WITHSCORES')[2]
  if tonumber(first) >= deadline then wake_waiter(queue, deadline) end
  return again
end

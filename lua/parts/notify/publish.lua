-- Sends a message to a server that waits on this queue. Sharded where the server says so: in a Cluster, SPUBLISH
-- stays on the node of the queue, and PUBLISH would go to all.
-- keys: waiters
-- returns: how many heard it; 0 says that the server is gone
local function publish (keys, server, message)
  local command = server:sub(1, 1) == 's' and 'SPUBLISH' or 'PUBLISH'
  return redis.call(command, keys.waiters .. ':' .. server, message)
end

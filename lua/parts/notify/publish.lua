-- Sends a message to a server that waits on this queue.
-- keys: waiters
-- returns: how many servers heard it; 0 says that the server is gone
-- Why: a server whose name begins with s wants SPUBLISH. In a Cluster it stays on the node of the
-- queue, and PUBLISH would go to all nodes.
local function publish (queue, server, message)
  local command = server:sub(1, 1) == 's' and 'SPUBLISH' or 'PUBLISH'
  return redis.call(command, queue.keys.waiters .. ':' .. server, message)
end

-- Sends a message to a server that waits on this queue. Sharded where the server says so: in a Cluster, SPUBLISH
-- stays on the node of the queue, and PUBLISH would go to all.
-- takes: keys server message
-- returns: how many heard it; 0 says that the server is gone
local command = server:sub(1, 1) == 's' and 'SPUBLISH' or 'PUBLISH'
return redis.call(command, keys.waiters .. ':' .. server, message)

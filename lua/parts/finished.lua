-- Tells the servers whose clients wait for the end of a job.
-- takes: keys id
-- use: publish
local servers = redis.call('HGET', keys.watchers, id)
if not servers then return end
redis.call('HDEL', keys.watchers, id)
for server in servers:gmatch('%S+') do publish(keys, server, 'done ' .. id) end

-- Raises the version of the layout, unless it is as high already.
-- keys: layout
-- args: version
-- returns: the version that there is now
local known = tonumber(redis.call('HGET', layout, 'version') or 1)
if known and known >= tonumber(version) then return known end
redis.call('HSET', layout, 'version', version)
return tonumber(version)

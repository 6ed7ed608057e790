-- Makes a server the one that migrates, or keeps it so, and notes how far it is.
-- keys: layout
-- args: now server lease ...progress
--   server: a random name; lease: in ms, 0 where the server migrates no more
--   progress: migrated, queue and cursor, where the server has done something since the last call
-- use: read_clock
-- returns: migrated, queue and cursor as noted; nothing if it is another server's turn
queue.now, lease = read_clock(now), tonumber(lease)
local holder, ends_at = unpack(redis.call('HMGET', layout, 'server', 'until'))
if holder ~= server then
  -- A server that stood still comes with progress of a turn that has passed.
  if #progress > 0 then return nil end
  local left = tonumber(ends_at or 0) - queue.now
  -- An end that is further away than a lease is long was noted before the clock was set back.
  if holder and left > 0 and left <= limits.migration_ms then return nil end
end
if lease == 0 then
  redis.call('HDEL', layout, 'server', 'until')
else
  redis.call('HSET', layout, 'server', server, 'until', queue.now + lease)
end
if #progress > 0 then
  redis.call('HSET', layout, 'migrated', progress[1], 'queue', progress[2], 'cursor', progress[3])
end
return redis.call('HMGET', layout, 'migrated', 'queue', 'cursor')

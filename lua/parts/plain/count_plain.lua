-- Counts the plain jobs that wait.
-- keys: plain tombstones
-- returns: a number
local function count_plain (queue)
  local keys = queue.keys
  return redis.call('LLEN', keys.plain) - redis.call('ZCARD', keys.tombstones)
end

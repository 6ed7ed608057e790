-- Drops what has been in the bin for 15 minutes, a bounded number.
-- keys: bin binned
-- Why: Redis expires the whole bin, but not while jobs come into it.
local function expire_bin (queue)
  local keys = queue.keys
  local range = { '-inf', string.format('%d', queue.now), 'LIMIT', 0, 2 * limits.operation_jobs }
  local old = redis.call('ZRANGEBYSCORE', keys.binned, unpack(range))
  if #old == 0 then return end
  redis.call('ZREM', keys.binned, unpack(old))
  redis.call('HDEL', keys.bin, unpack(old))
end

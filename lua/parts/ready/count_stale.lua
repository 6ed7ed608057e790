-- How many jobs wait in the ready list, and how many of its entries are nobody's.
-- keys: ready ranked delayed active failed completed blocked jobs
local function count_stale (keys)
  local waiting = redis.call('HLEN', keys.jobs) - redis.call('ZCARD', keys.ranked)
  for _, key in ipairs({ keys.delayed, keys.blocked, keys.active, keys.failed, keys.completed }) do
    waiting = waiting - redis.call('ZCARD', key)
  end
  return waiting, redis.call('LLEN', keys.ready) - waiting
end

-- Counts the entries that are left in the ready queue after a take.
-- keys: plain tombstones ready references ranked
-- returns: a number
local function count_ready (queue, popped)
  local keys = queue.keys
  local left = redis.call('LLEN', keys.plain)
  if popped.has_tombstones then left = left - redis.call('ZCARD', keys.tombstones) end
  if popped.has_ready then
    left = left + redis.call('LLEN', keys.ready) + redis.call('LLEN', keys.references)
  end
  if popped.has_ranked then left = left + redis.call('ZCARD', keys.ranked) end
  return left
end

-- Counts failures for the minute that runs, beside those of the minute before.
-- keys: stats
local function count_failures (queue, count)
  local key, minute = queue.keys.stats, math.floor(queue.now / 60000)
  local known = tonumber(redis.call('HGET', key, 'failed_minute') or 0)
  if known == minute then
    redis.call('HINCRBY', key, 'failed_now', count)
    return
  end
  local before = known == minute - 1 and redis.call('HGET', key, 'failed_now') or 0
  redis.call('HSET', key, 'failed_minute', string.format('%d', minute), 'failed_now', count,
    'failed_before', before)
end

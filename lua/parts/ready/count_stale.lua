-- Counts the jobs that wait and have an entry in the ready list or among the references, and the
-- stale entries there.
-- keys: ready references ranked delayed active failed completed blocked jobs
-- returns: how many jobs wait
--   how many entries are stale
local function count_stale (queue)
  local keys = queue.keys
  local waiting = redis.call('HLEN', keys.jobs) - redis.call('ZCARD', keys.ranked)
  local sets = { keys.delayed, keys.blocked, keys.active, keys.failed, keys.completed }
  for _, key in ipairs(sets) do waiting = waiting - redis.call('ZCARD', key) end
  return waiting, redis.call('LLEN', keys.ready) +
    redis.call('LLEN', keys.references) - waiting
end

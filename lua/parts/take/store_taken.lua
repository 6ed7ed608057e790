-- Writes what the requests of a call have taken together: `count` jobs.
-- keys: active jobs stats given
-- use: load_policy
local function store_taken (queue, popped, count)
  local keys, now, policy = queue.keys, queue.now, load_policy(queue)
  local deleted = popped.deleted or {}
  if #deleted > 0 then redis.call('HDEL', keys.jobs, unpack(deleted)) end
  if popped.given > 0 then redis.call('HINCRBY', keys.stats, 'processed', popped.given) end
  if #popped.moved > 0 then redis.call('HSET', keys.jobs, unpack(popped.moved)) end
  if #popped.leased > 0 then redis.call('ZADD', keys.active, unpack(popped.leased)) end
  if policy.rate_limit and count > 0 then
    for _ = 1, count do redis.call('RPUSH', keys.given, now) end
    redis.call('PEXPIRE', keys.given, policy.rate_period)
  end
end

-- Registers a server as one whose clients wait for jobs, if one of them got none (`got_none`), and
-- finds out when it should look again. `again`: a time that is known already.
-- keys: delayed active waiters
-- use: load_policy
-- returns: a time in ms; nil if it is not known
-- Why: a server whose requests wait looks every 900 ms. One that is not heard of for a minute is
-- forgotten.
local function register_waiter (queue, server, got_none, again)
  local keys, policy = queue.keys, load_policy(queue)
  if got_none then
    redis.pcall('ZADD', keys.waiters, queue.now, server)
    redis.call('PEXPIRE', keys.waiters, limits.waiter_ms)
  end
  if policy.stopped then return policy.reopens_at end
  for _, key in ipairs({ keys.delayed, keys.active }) do
    local at = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
    again = at and math.min(at, again or at) or again
  end
  return again
end

-- Counts how many jobs the rate of the queue lets go now. `given` has when the last ones went.
-- keys: given
-- use: load_policy
-- returns: how many jobs may go
--   when to ask again, in ms, if that is fewer than wanted; else nil
-- Why: the rate is exact. No span of a period sees more jobs than the limit.
local function apply_rate (queue, requests)
  local key, now, policy = queue.keys.given, queue.now, load_policy(queue)
  local limit, period = policy.rate_limit, policy.rate_period
  redis.call('LTRIM', key, -limit, -1)
  local known, wanted = redis.call('LLEN', key), 0
  for _, request in ipairs(requests) do wanted = wanted + request.count end
  local free = limit - known
  for i = 0, math.min(wanted - free, known) - 1 do
    local given_at = tonumber(redis.call('LINDEX', key, i))
    -- A time ahead of now was noted before the clock was set back. It counts as given now: no job
    -- goes that a period may not see.
    if given_at > now then
      redis.call('DEL', key)
      for _ = 1, known do redis.call('RPUSH', key, now) end
      free, given_at = limit - known, now
    end
    if given_at + period > now then return free, free < wanted and given_at + period or nil end
    free = free + 1
  end
  return free, free < wanted and now + period or nil
end

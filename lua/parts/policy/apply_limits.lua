-- How many jobs the queue's limits let go now.
-- The rate is exact: no span of a period sees more than the limit.
-- keys: active given
-- returns: how many for each of the wishes (see lua/job/take.lua), how many together, and when in ms to ask again if the rate lets go fewer
local function apply_limits (keys, set, wishes, now)
  local shares, total, again, pace, slots = {}, 0, nil, math.huge, math.huge
  if set.concurrency then slots = set.concurrency - redis.call('ZCARD', keys.active) end
  if set.rate_limit then
    redis.call('LTRIM', keys.given, -set.rate_limit, -1)
    local known, wanted = redis.call('LLEN', keys.given), 0
    for _, wish in ipairs(wishes) do wanted = wanted + wish.count end
    pace = set.rate_limit - known
    for i = 0, math.min(wanted - pace, known) - 1 do
      local given = tonumber(redis.call('LINDEX', keys.given, i))
      -- Of a clock that was put back since: as if given now. None is let go that a period may not see.
      if given > now then
        redis.call('DEL', keys.given)
        for _ = 1, known do redis.call('RPUSH', keys.given, now) end
        pace, given = set.rate_limit - known, now
      end
      if given + set.rate_period > now then
        again = given + set.rate_period
        break
      end
      pace = pace + 1
    end
    if pace < wanted then again = again or now + set.rate_period end
  end
  for i, wish in ipairs(wishes) do
    local share = math.max(0, math.min(wish.count, pace, wish.lease and slots or math.huge))
    if wish.lease then slots = slots - share end
    pace, total, shares[i] = pace - share, total + share, share
  end
  return shares, total, again
end

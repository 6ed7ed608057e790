-- How many of `count` jobs the queue's limits let go now, and when in ms to ask again if fewer.
-- returns: the count, and that time if one is known
-- The rate is exact: no span of a period sees more than the limit.
-- takes: keys set count leased now
local again
if leased and set.concurrency then
  count = math.min(count, set.concurrency - redis.call('ZCARD', keys.active))
end
if set.rate_limit and count > 0 then
  redis.call('LTRIM', keys.given, -set.rate_limit, -1)
  local free = set.rate_limit - redis.call('LLEN', keys.given)
  local i = 0
  while free < count do
    local given = tonumber(redis.call('LINDEX', keys.given, i) or now)
    if given + set.rate_period > now then
      again = given + set.rate_period
      break
    end
    free, i = free + 1, i + 1
  end
  count = math.min(count, free)
end
return math.max(count, 0), again

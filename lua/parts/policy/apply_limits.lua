-- Shares out among requests how many jobs the concurrency and the rate of the queue let go now.
-- keys: active
-- use: load_policy
-- rarely: apply_rate
-- returns: for each request how many jobs it may get
--   how many these are together
--   when to ask again, in ms, if the rate lets go fewer than wanted; else nil
local function apply_limits (queue, requests)
  local policy, shares, total = load_policy(queue), {}, 0
  local by_rate, by_concurrency, again = math.huge, math.huge, nil
  if policy.concurrency then
    by_concurrency = policy.concurrency - redis.call('ZCARD', queue.keys.active)
  end
  if policy.rate_limit then by_rate, again = apply_rate(queue, requests) end
  for i, request in ipairs(requests) do
    local share = math.min(request.count, by_rate, request.lease and by_concurrency or math.huge)
    share = math.max(0, share)
    if request.lease then by_concurrency = by_concurrency - share end
    by_rate, total, shares[i] = by_rate - share, total + share, share
  end
  return shares, total, again
end

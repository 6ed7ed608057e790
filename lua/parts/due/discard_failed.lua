-- Deletes the oldest failed jobs where the policy bounds for how long they are kept (keep_failed)
-- or how many (max_failed): `most` of them in this call.
-- keys: failed
-- use: load_policy
-- rarely: discard_oldest
local function discard_failed (queue, most)
  local key = queue.keys.failed
  local count = redis.call('ZCARD', key)
  if count == 0 then return end
  local policy = load_policy(queue)
  local excess, old = policy.max_failed and count - policy.max_failed or 0, 0
  if policy.keep_failed then
    old = redis.call('ZCOUNT', key, '-inf', queue.now - policy.keep_failed)
  end
  local wanted = math.min(most, math.max(excess, old))
  if wanted > 0 then discard_oldest(queue, wanted) end
end

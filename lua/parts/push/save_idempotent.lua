-- Keeps for a day how a push under an idempotency key was answered.
-- keys: idempotency remembered
local function save_idempotent (queue, options, id, outcome)
  local key = options.idempotency
  local text = id .. ' ' .. options.fingerprint
  if outcome == 'ignored' then text = text .. ' ignored' end
  redis.call('HSET', queue.keys.idempotency, key, text)
  redis.call('ZADD', queue.keys.remembered, queue.now + limits.idempotency_ms, key)
end

-- Keeps for a day how a push under an idempotency key was answered.
-- keys: idempotency remembered
local function save_idempotent (keys, options, id, outcome, now)
  if not options.idempotency then return end
  redis.call('HSET', keys.idempotency, options.idempotency, id .. ' ' .. options.fingerprint .. (outcome == 'ignored' and ' ignored' or ''))
  redis.call('ZADD', keys.remembered, now + 86400000, options.idempotency)
end

-- Looks whether a push was made before under its idempotency key, within a day. It forgets ten keys
-- at most whose day is over.
-- keys: failed completed idempotency remembered
-- use: member_of has_job register_watcher
-- returns: the id of the job of then; nil if the key is new
--   'replayed' or 'ignored'; 'conflict' if the payload was another one
local function find_idempotent (queue, options)
  local keys, key = queue.keys, options.idempotency
  local range = { '-inf', queue.now, 'LIMIT', 0, limits.keys_forgotten }
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', keys.remembered, unpack(range))) do
    redis.call('ZREM', keys.remembered, old)
    redis.call('HDEL', keys.idempotency, old)
  end
  local before = redis.call('HGET', keys.idempotency, key)
  if not before then return nil end
  local id, fingerprint, outcome = before:match('^(%d+) (%S+) ?(.*)$')
  if fingerprint ~= options.fingerprint then return id, 'conflict' end
  local function has_ended ()
    return not has_job(queue, id) or
      redis.call('ZSCORE', keys.failed, member_of(id)) or
      redis.call('ZSCORE', keys.completed, member_of(id))
  end
  if options.server and not has_ended() then register_watcher(queue, id, options.server) end
  return id, outcome == 'ignored' and 'ignored' or 'replayed'
end

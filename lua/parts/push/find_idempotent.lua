-- Looks whether a push has been made before under its idempotency key, within a day.
-- keys: failed completed jobs idempotency remembered
-- use: member_of register_watcher
-- returns: the id of then and 'replayed' or 'ignored', or 'conflict' if the payload was another; nothing if it is new
local function find_idempotent (keys, options, now)
  local key = options.idempotency
  if not key then return end
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', keys.remembered, '-inf', now, 'LIMIT', 0, 10)) do
    redis.call('ZREM', keys.remembered, old)
    redis.call('HDEL', keys.idempotency, old)
  end
  local before = redis.call('HGET', keys.idempotency, key)
  if not before then return end
  local id, fingerprint, outcome = before:match('^(%d+) (%S+) ?(.*)$')
  if fingerprint ~= options.fingerprint then return id, 'conflict' end
  local function has_ended ()
    return redis.call('HEXISTS', keys.jobs, id) == 0 or redis.call('ZSCORE', keys.failed, member_of(id)) or
      redis.call('ZSCORE', keys.completed, member_of(id))
  end
  if options.server and not has_ended() then register_watcher(keys, id, options.server) end
  return id, outcome == 'ignored' and 'ignored' or 'replayed'
end

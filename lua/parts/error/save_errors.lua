-- Writes what record_error has noted in this call. A queue has 1000 groups at most; those that were
-- seen last stay.
-- keys: errors errors_seen
-- use: add_failures keep_newest
local function save_errors (queue)
  local keys, now, noted = queue.keys, queue.now, queue.memo.errors
  if not noted then return end
  queue.memo.errors = nil
  for fingerprint, more in pairs(noted) do
    local text = redis.call('HGET', keys.errors, fingerprint)
    local group = text and cjson.decode(text) or { count = 0, first = now, workers = {} }
    group.error = group.error or more.samples[1].error
    add_failures(queue, fingerprint, group, more.count)
    group.last = now
    group.samples = keep_newest(more.samples, group.samples or {}, limits.error_samples)
    group.workers = keep_newest(more.workers, group.workers, limits.error_workers)
    redis.call('HSET', keys.errors, fingerprint, cjson.encode(group))
    redis.call('ZADD', keys.errors_seen, now, fingerprint)
  end
  local excess = redis.call('ZCARD', keys.errors_seen) - limits.errors_kept
  if excess <= 0 then return end
  local oldest = redis.call('ZRANGE', keys.errors_seen, 0, excess - 1)
  redis.call('ZREM', keys.errors_seen, unpack(oldest))
  redis.call('HDEL', keys.errors, unpack(oldest))
  for i, fingerprint in ipairs(oldest) do oldest[i] = 'r' .. fingerprint end
  redis.call('HDEL', keys.errors, unpack(oldest))
end

-- Tells the servers whose clients wait for the end of a job that it has ended, and notes it where
-- other jobs depend on it. `how`: done, failed, cancelled, expired or discarded. `is_kept`: the
-- result is kept for the clients alone, and their servers sign off later (unwatch_job).
-- keys: dependents ended watchers
-- use: has_dependents
-- rarely: publish
-- Why: dependents may be many, so they are not resolved here. It sets queue.memo.ended, and a
-- script for which that is set calls resolve_dependents at its end. A job that is noted as done
-- stays so, whatever becomes of its result.
local function announce_end (queue, id, how, is_kept)
  local keys = queue.keys
  if has_dependents(queue) and redis.call('ZCOUNT', keys.dependents, id, id) > 0 and
    not redis.call('ZSCORE', keys.ended, id .. ' done') then
    redis.call('ZREM', keys.ended, id .. ' failed')
    redis.call('ZADD', keys.ended, queue.now, id .. ' ' .. how)
    queue.memo.ended = true
  end
  local servers = redis.call('HGET', keys.watchers, id)
  if not servers then return end
  if not is_kept then redis.call('HDEL', keys.watchers, id) end
  for server in servers:gmatch('%S+') do publish(queue, server, 'done ' .. id) end
end

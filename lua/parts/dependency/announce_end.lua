-- A job has ended: tells the servers whose clients wait for that, and notes it where other jobs depend on it. Those are not dealt with
-- here, for they may be many: a caller for whom keys[3] is true then goes on with resolve_dependents().
-- keys: dependents ended watchers
-- use: publish has_dependents
-- stays: it is kept for those who wait, whose servers then sign off (see lua/wait/unwatch_job.lua)
-- how: done, failed, cancelled, expired or discarded; once done it stays so, whatever becomes of what is kept of it
local function announce_end (keys, id, how, now, stays)
  if has_dependents(keys) and redis.call('ZCOUNT', keys.dependents, id, id) > 0 and not redis.call('ZSCORE', keys.ended, id .. ' done') then
    redis.call('ZREM', keys.ended, id .. ' failed')
    redis.call('ZADD', keys.ended, now, id .. ' ' .. how)
    keys[3] = true
  end
  local servers = redis.call('HGET', keys.watchers, id)
  if not servers then return end
  if not stays then redis.call('HDEL', keys.watchers, id) end
  for server in servers:gmatch('%S+') do publish(keys, server, 'done ' .. id) end
end

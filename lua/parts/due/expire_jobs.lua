-- Drops at most a hundred jobs each: those that nobody took in their time, and finished ones kept long enough.
-- keys: completed expiring watchers
-- use: delete_expired delete_job is_recording record_events
-- returns: whether jobs may be left that nobody took in their time
local function expire_jobs (keys, now)
  local function ids (key)
    local found = redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, 100)
    for i, member in ipairs(found) do found[i] = member:sub(2) end
    return found
  end
  local late, kept = ids(keys.expiring), ids(keys.completed)
  delete_expired(keys, late, now)
  for _, id in ipairs(kept) do
    delete_job(keys, id, {})
    -- Of servers that died before they signed off.
    redis.call('HDEL', keys.watchers, id)
  end
  if #kept > 0 and is_recording(keys) then record_events(keys, { 'forgotten gone', table.concat(kept, ' ') }) end
  return #late == 100
end

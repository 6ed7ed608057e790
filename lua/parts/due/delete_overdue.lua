-- Deletes jobs whose time is over, a hundred of each kind at most: jobs whose ttl has ended before
-- a worker took them, and completed jobs that have been kept long enough.
-- keys: completed expiring watchers
-- use: id_of
-- rarely: delete_expired delete_job record_one
-- returns: whether jobs may be left whose ttl has ended
local function delete_overdue (queue)
  local keys = queue.keys
  local function ids (key)
    local range = { '-inf', queue.now, 'LIMIT', 0, limits.expired_at_once }
    local found = redis.call('ZRANGEBYSCORE', key, unpack(range))
    for i, member in ipairs(found) do found[i] = id_of(member) end
    return found
  end
  local expired, kept = ids(keys.expiring), ids(keys.completed)
  if #expired > 0 then delete_expired(queue, expired) end
  for _, id in ipairs(kept) do
    delete_job(queue, id, {})
    -- Servers that died before they signed off.
    redis.call('HDEL', keys.watchers, id)
  end
  if #kept > 0 then record_one(queue, 'forgotten gone', kept) end
  return #expired == limits.expired_at_once
end

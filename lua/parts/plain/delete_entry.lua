-- Deletes a plain job that waits. An entry at either end of the list goes, and with it the
-- tombstones next to it, five thousand at most. In the middle the entry becomes a tombstone.
-- keys: plain tombstones
-- use: find_plain pack_entry
-- rarely: delete_tombstones
-- returns: whether there was such a job
-- Why: to remove an entry from the middle would cost the length of the list. A tombstone keeps the
-- id, so that searches go on, and the payload is gone.
local function delete_entry (queue, id)
  local keys = queue.keys
  local record, index = find_plain(queue, id)
  if not record then return false end
  if index == 0 then
    redis.call('LPOP', keys.plain)
  elseif index == redis.call('LLEN', keys.plain) - 1 then
    redis.call('RPOP', keys.plain)
  else
    redis.call('LSET', keys.plain, index, pack_entry(tonumber(id), ''))
    redis.call('ZADD', keys.tombstones, id, id)
    return true
  end
  if redis.call('EXISTS', keys.tombstones) == 1 then delete_tombstones(queue, index == 0) end
  return true
end

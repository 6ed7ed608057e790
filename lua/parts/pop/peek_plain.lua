-- Reads the first plain jobs that wait, those with ids up to `last` (nil: all).
-- keys: plain
-- use: entry_id entry_record
-- returns: the ids of `wanted` entries at most
--   their records; false for a tombstone
local function peek_plain (queue, wanted, last)
  local key, ids, records = queue.keys.plain, {}, {}
  if last then
    local first = redis.call('LINDEX', key, 0)
    wanted = math.min(wanted, last - entry_id(first) + 1)
  end
  for i, entry in ipairs(redis.call('LRANGE', key, 0, wanted - 1)) do
    local id = entry_id(entry)
    if last and id > last then break end
    ids[i], records[i] = string.format('%d', id), entry_record(entry)
  end
  return ids, records
end

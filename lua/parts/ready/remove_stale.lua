-- Removes stale entries from the ready list and the references, from the head on, until `wanted`
-- current entries stand there one behind another. It reads 5000 entries at most.
-- keys: jobs details
-- use: reference_id entry_key count_stale load_details skip_stale
-- returns: how many entries at the head are current; `first` of them were known to be
--   whether that is all that was wanted
local function remove_stale (queue, first, wanted)
  local keys = queue.keys
  local waiting, left = count_stale(queue)
  local last = first + limits.stale_entries_read
  wanted = math.min(wanted, waiting)
  local function is_stale (id, text)
    if not text then return redis.call('HEXISTS', keys.jobs, id) == 0 end
    -- The details are read again: of several entries of one job only the first ones are stale.
    return text:find('"stale"', 1, true) and skip_stale(queue, id, load_details(queue, id))
  end
  while first < wanted and left > 0 and first < last do
    local key, index = entry_key(queue, first)
    local ids, removed = redis.call('LRANGE', key, index, index + 999), 0
    for i, entry in ipairs(ids) do ids[i] = reference_id(entry) end
    if #ids == 0 then break end
    local texts = redis.call('HMGET', keys.details, unpack(ids))
    for i, id in ipairs(ids) do
      if is_stale(id, texts[i]) then
        -- No job has the id 0.
        redis.call('LSET', key, index + i - 1, '0')
        removed = removed + 1
      end
    end
    if removed > 0 then redis.call('LREM', key, removed, '0') end
    first, left, last = first + #ids - removed, left - removed, last - removed
  end
  return first, first >= wanted or left <= 0
end

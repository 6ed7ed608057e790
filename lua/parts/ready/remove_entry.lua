-- Removes the entry of a job from the ready list or from the references, if it is among the
-- thousand at either end of one of them.
-- keys: ready references
-- use: reference_id
-- returns: whether the entry is removed
-- Why: to search on would cost the length of the list. Takes and lists skip an entry that stays.
local function remove_entry (queue, id)
  local function search (key, rank, from)
    local entries = redis.call('LRANGE', key, from, from + 99)
    for i = 1, #entries do
      local entry = entries[rank > 0 and i or #entries + 1 - i]
      if reference_id(entry) == id then return redis.call('LREM', key, rank, entry) == 1 end
    end
  end
  for _, key in ipairs({ queue.keys.ready, queue.keys.references }) do
    local length = redis.call('LLEN', key)
    for from = 0, math.min(length, limits.entries_searched) - 1, 100 do
      if search(key, 1, from) then return true end
    end
    for from = 100, math.min(length - 1, limits.entries_searched), 100 do
      if search(key, -1, -from) then return true end
    end
  end
  return false
end

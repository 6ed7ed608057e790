-- Removes the entry of a job from the ready list, if it is among the thousand at either end.
-- keys: ready
-- returns: whether the entry is removed
-- Why: to search on would cost the length of the list. Takes and lists skip an entry that stays.
local function remove_entry (queue, id)
  local key = queue.keys.ready
  for _, rank in ipairs({ 1, -1 }) do
    if redis.call('LPOS', key, id, 'RANK', rank, 'MAXLEN', limits.entries_searched) then
      return redis.call('LREM', key, rank, id) == 1
    end
  end
  return false
end

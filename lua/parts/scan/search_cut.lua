-- Finds the position of a scan (see find_cut) that has moved by more than a thousand entries.
-- `head`, `tail`: the entries before and behind it; nil where there was none.
-- keys: ready
-- use: entries_before reference_id
-- returns: how many entries are before it
-- Why: where neither is left, workers have taken all that was before the position. References know
-- the plain jobs before them, and those tell it nearly.
local function search_cut (queue, key, head, tail)
  local is_ready = key == queue.keys.ready
  local function search (entry)
    return entry and redis.call('LPOS', key, entry, 'RANK', is_ready and -1 or 1, 'MAXLEN',
      limits.cut_searched)
  end
  local index = search(tail)
  if index then return index end
  index = search(head)
  if index then return index + 1 end
  if is_ready then return 0 end
  local _, bound = reference_id(tail or head or '0')
  return entries_before(queue, bound) - redis.call('LLEN', queue.keys.ready)
end

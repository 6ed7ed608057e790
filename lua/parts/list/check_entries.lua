-- Removes stale entries from the ready list, as far as a page of the jobs that wait needs it.
-- `checked`: what the last call returned: how many entries at the head are current, and the id of
-- the last of them; '' in the first call.
-- keys: ready ranked
-- use: count_stale remove_stale
-- returns: nil if the page can be read
--   else the two values for `checked`
-- Why: jobs before the last current entry may have been taken meanwhile, so its place is searched.
local function check_entries (queue, first, count, checked)
  local keys, last = queue.keys, first + count - 1
  local urgent = redis.call('ZCOUNT', keys.ranked, '-inf', limits.urgent_scores)
  local plain = count_stale(queue)
  if last < urgent or first >= urgent + plain then return nil end
  local known, id, current = checked:match('^([1-9]%d*) (%d+)$')
  if known then
    current = (redis.call('LPOS', keys.ready, id, 'MAXLEN', known) or -1) + 1
  end
  local is_done
  current, is_done = remove_stale(queue, current or 0, last - urgent + 1)
  if is_done then return nil end
  return current, current > 0 and redis.call('LINDEX', keys.ready, current - 1) or 0
end

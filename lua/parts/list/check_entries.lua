-- Removes stale entries from the ready list, as far as a page of the jobs that wait needs it.
-- `checked`: what the last call returned: how many entries at the head are current, and the last of
-- them; '' in the first call.
-- keys: ready references ranked
-- use: count_stale count_plain remove_stale entry_key
-- returns: nil if the page can be read
--   else the two values for `checked`
-- Why: jobs before the last current entry may have been taken meanwhile, so its place is searched.
local function check_entries (queue, first, count, checked)
  local keys, last = queue.keys, first + count - 1
  local urgent = redis.call('ZCOUNT', keys.ranked, '-inf', limits.urgent_scores)
  local entries = count_stale(queue)
  if last < urgent or first >= urgent + entries + count_plain(queue) then return nil end
  local known, entry, current = checked:match('^([1-9]%d*) ([%d:]+)$')
  if known then
    local is_reference = entry:find(':', 1, true)
    local place = redis.call('LPOS', is_reference and keys.references or keys.ready, entry,
      'MAXLEN', known)
    current = place and place + 1 + (is_reference and redis.call('LLEN', keys.ready) or 0)
  end
  local is_done
  current, is_done = remove_stale(queue, current or 0, last - urgent + 1)
  if is_done then return nil end
  if current == 0 then return 0, 0 end
  return current, redis.call('LINDEX', entry_key(queue, current - 1))
end

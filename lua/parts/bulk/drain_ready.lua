-- Drops the jobs at the head of the list `key`, which is that of the ready queue or that of the
-- references: `limit` jobs at most, and the stale entries there. Ends
-- at an entry that is behind plain jobs which were there when the bulk operation began. `drop` is
-- called with the id and the details of each.
-- keys: plain jobs
-- use: read_range entry_id reference_id load_details skip_stale state_since is_newer
-- returns: whether the list has changed, so that another call may have more to do
--   up to which id plain jobs are before the entry at which it ended; nil if it ended at none
-- Why: the list is used up from its head, for its indexes shift when a worker takes.
local function drain_ready (queue, key, limit, begin, drop)
  local keys, kept, used, dropped, last = queue.keys, {}, 0, 0, nil
  local plain = redis.call('LINDEX', keys.plain, 0)
  local first_plain = plain and entry_id(plain) or math.huge
  if first_plain > begin.last then first_plain = math.huge end
  for _, entry in ipairs(read_range('LRANGE', key, 0, limits.ready_drained)) do
    local id, bound = reference_id(entry)
    if bound >= first_plain then last = bound end
    if last or dropped >= limit then break end
    used = used + 1
    local details = load_details(queue, id)
    local is_here = not skip_stale(queue, id, details) and
      redis.call('HEXISTS', keys.jobs, id) == 1
    if is_here and is_newer(queue, id, state_since(queue, id, 'waiting', details), begin) then
      kept[#kept + 1] = entry
    elseif is_here then
      drop(id, details)
      dropped = dropped + 1
    end
  end
  if used == #kept then return false, last end
  redis.call('LTRIM', key, used, -1)
  for i = #kept, 1, -1 do redis.call('LPUSH', key, kept[i]) end
  return true, last
end

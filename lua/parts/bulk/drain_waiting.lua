-- Drops some of the jobs that wait: those that the filter of a bulk operation matches, `limit` at
-- most. `position`: where the last call has ended, '' at first. `drop` is called with the id and
-- the details of each.
-- use: scan_slice load_details
-- returns: whether another call may have more to do
--   `position` for that call
-- Why: entries of dropped jobs stay in the lists, as tombstones and as stale entries. So
-- the others stay where they are.
local function drain_waiting (queue, limit, position, begin, drop)
  local found, after = scan_slice(queue, {
    state = 'waiting',
    is_desc = false,
    position = position,
    filter = begin.filter,
    begin = begin,
    limit = math.min(limit, limits.slice_deleted)
  })
  for _, id in ipairs(found) do drop(id, load_details(queue, id)) end
  return after ~= '', after
end

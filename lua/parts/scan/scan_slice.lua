-- Reads on in the jobs of one state, and finds those that a filter matches. `scan`, a table:
--   state: as lists name it
--   is_desc: whether the last job comes first
--   position: where the last slice ended; '' at first
--   filter: see parse_filter
--   begin: see begin_bulk; jobs that came later are left out
--   limit: how many jobs to find at most
--   ids: of jobs on lease, the next ones (see scan_active)
-- use: read_slice is_found size_of_job
-- returns: the ids that were found
--   the position for the next slice; '' at the end
--   how many jobs were looked at
local function scan_slice (queue, scan)
  local memo, found, scanned, is_done = queue.memo, {}, 0, false
  local most, room = math.min(scan.limit, limits.slice_found), limits.slice_bytes
  local function pass (ids)
    for i, id in ipairs(ids) do
      scanned = scanned + 1
      if is_found(queue, scan, id) then
        found[#found + 1], room = id, room - size_of_job(queue, id)
      end
      is_done = #found >= most or (memo.bytes_read or 0) >= room
      if is_done then return i end
    end
    return #ids
  end
  for _ = 1, limits.slice_reads do
    local count = limits.batch - scanned
    if next(scan.filter) == nil then count = math.min(count, most - #found) end
    local slice = read_slice(queue, scan, count)
    scan.position = slice.next(pass(slice.ids))
    if scan.position == '' or is_done or scanned >= limits.batch then break end
  end
  return found, scan.position, scanned
end

-- Reads the next jobs of a scan (see scan_slice), `count` at most.
-- use: scan_waiting scan_set scan_active
-- returns: a slice, a table:
--   ids: in the order of the scan
--   next: a function that tells the position behind the first n of them; '' at the end
local function read_slice (queue, scan, count)
  if scan.state == 'waiting' then return scan_waiting(queue, scan, count) end
  if scan.state == 'active' then return scan_active(scan) end
  return scan_set(queue, scan, count)
end

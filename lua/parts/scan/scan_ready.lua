-- Reads a slice of the ready list: entries that are before all plain jobs.
-- keys: ready
-- use: read_cut reference_id
-- returns: a slice (see scan_slice)
local function scan_ready (queue, scan, position, count)
  local read, ids = read_cut(queue, queue.keys.ready, position, count, scan.is_desc), {}
  for i, entry in ipairs(read.entries) do ids[i] = reference_id(entry) end
  return { ids = ids, next = read.position_after }
end

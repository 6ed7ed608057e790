-- Reads a slice of the jobs that wait, in the order in which they will be taken. It is of one
-- section: 1 are the priorities 0 to 4, 2 is the ready list, 3 are plain jobs and references, and 4
-- are the priorities 6 to 9.
-- keys: ranked
-- use: scan_sorted scan_ready scan_middle
-- returns: a slice (see scan_slice); a position is the section, a space, and the position in it
local function scan_waiting (queue, scan, count)
  local section, position = scan.position:match('^(%d) ?(.*)$')
  section, position = tonumber(section) or (scan.is_desc and 4 or 1), position or ''
  local key = queue.keys.ranked
  local slice
  if section == 2 then
    slice = scan_ready(queue, scan, position, count)
  elseif section == 3 then
    slice = scan_middle(queue, scan, position, count)
  else
    local low, high = 0, redis.call('ZCOUNT', key, '-inf', limits.urgent_scores)
    if section == 4 then low, high = high, redis.call('ZCARD', key) end
    slice = scan_sorted(key, scan, position, count, low, high)
  end
  return { ids = slice.ids, next = function (n)
    local after = slice.next(n)
    if after ~= '' then return section .. ' ' .. after end
    local other = section + (scan.is_desc and -1 or 1)
    return (other < 1 or other > 4) and '' or tostring(other)
  end }
end

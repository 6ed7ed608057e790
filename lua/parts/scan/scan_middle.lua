-- Reads a slice of the jobs of priority 5 that have no entry in the ready list: plain jobs, and
-- those with a reference, in the order in which they will be taken.
-- keys: references
-- use: read_plain_from read_cut merge_plain
-- returns: a slice (see scan_slice); a position is the id of the last plain job, '/', and the
--   position among the references: each - before the scan has begun there, and . when it has ended
local function scan_middle (queue, scan, position, count)
  local is_desc, at_plain, at_refs = scan.is_desc, position:match('^(.*)/(.*)$')
  at_plain, at_refs = at_plain or '-', at_refs or '-'
  local function read (reader, at, none)
    if at == '.' then return none end
    return reader(at == '-' and '' or at)
  end
  local plain = read(function (at)
    return read_plain_from(queue, at, count, is_desc)
  end, at_plain, { found = {}, is_end = true })
  local refs = read(function (at)
    return read_cut(queue, queue.keys.references, at, count, is_desc)
  end, at_refs, { entries = {}, left = 0 })
  local ids, steps = merge_plain(queue, plain, refs, count, is_desc)
  return { ids = ids, next = function (n)
    local p, r = unpack(steps[n] or { 0, 0 })
    local is_all, last = 2 * p == #plain.found, plain.found[2 * p - 1]
    if is_all and plain.last then last = plain.last end
    local after = last and string.format('%d', last) or at_plain
    if is_all and plain.is_end then after = '.' end
    local behind = r == refs.left and '.' or refs.position_after(r)
    return after == '.' and behind == '.' and '' or after .. '/' .. behind
  end }
end

-- Merges plain jobs and references in the order of a scan, `count` at most. `plain`: what
-- read_plain_from returns; `refs`: what read_cut returns.
-- use: reference_id
-- returns: the ids
--   for each of them how many plain jobs and how many references are used up by then
--   memo.records: the records of the plain jobs
-- Why: a job must not be passed before the next one of the other kind is known. So the merge ends
-- where all that was read of one kind is used up, and more is left.
local function merge_plain (queue, plain, refs, count, is_desc)
  local memo, ids, steps, p, r = queue.memo, {}, {}, 0, 0
  memo.records = memo.records or {}
  while #ids < count do
    local number, entry = plain.found[2 * p + 1], refs.entries[r + 1]
    local is_open = (not number and not plain.is_end) or (not entry and r < refs.left)
    if is_open or not (number or entry) then break end
    local id, last
    if entry then id, last = reference_id(entry) end
    local is_before = is_desc == (entry and number and last >= number)
    if entry and (not number or is_before) then
      r = r + 1
    else
      p, id = p + 1, string.format('%d', number)
      memo.records[id] = plain.found[2 * p]
    end
    ids[#ids + 1], steps[#steps + 1] = id, { p, r }
  end
  return ids, steps
end

-- Lists jobs of priority 5 that wait, in the order in which they will be taken, or the last one
-- first if `is_desc` is true. `entries`: how many of them are not plain.
-- use: split_range list_plain read_entries reference_id
-- returns: `ids` with `count` ids more at most: those from the index `first` on
--   memo.records: the records of those that are plain
local function list_ready (queue, ids, first, count, entries, is_desc)
  if count < 1 then return end
  local memo = queue.memo
  memo.records = memo.records or {}
  local from = split_range(queue, first, entries)
  local to = split_range(queue, first + count, entries)
  local refs = read_entries(queue, from, to - from)
  local wanted = count - #refs
  local plain, is_cut = list_plain(queue, first - from, wanted, is_desc)
  local r, p, step = is_desc and #refs or 1, 1, is_desc and -1 or 1
  for _ = 1, #refs + #plain / 2 do
    local ref, number = refs[r], plain[p]
    -- What follows is behind plain jobs that an answer has no room for.
    if is_cut and not number then break end
    local id, last
    if ref then id, last = reference_id(ref) end
    local is_ref = ref and (not number or (is_desc and last >= number) or
      (not is_desc and last < number))
    if is_ref then
      r = r + step
    elseif number then
      id = string.format('%d', number)
      memo.records[id], p = plain[p + 1], p + 2
    end
    ids[#ids + 1] = id
  end
end

-- Lists jobs of priority 5 that wait, in the order in which they will be taken, or the last one
-- first if `is_desc` is true. `entries`: how many of them are not plain.
-- use: split_range index_of_plain read_plain read_entries reference_id
-- returns: `ids` with `count` ids more at most: those from the index `first` on
--   memo.records: the records of those that are plain
local function list_ready (queue, ids, first, count, entries, is_desc)
  if count < 1 then return end
  local memo = queue.memo
  memo.records = memo.records or {}
  local from = split_range(queue, first, entries)
  local to = split_range(queue, first + count, entries)
  local refs = read_entries(queue, from, to - from)
  local wanted, plain, room = count - #refs, {}, limits.answer_bytes
  while #plain < 2 * wanted and room > 0 do
    local left = wanted - #plain / 2
    local nth = first - from + (is_desc and left - 1 or wanted - left)
    local found = read_plain(queue, index_of_plain(queue, nth), left, is_desc)
    if #found == 0 then break end
    for _, value in ipairs(found) do plain[#plain + 1] = value end
    for i = 2, #found, 2 do room = room - #found[i] end
  end
  local r, p, step = is_desc and #refs or 1, 1, is_desc and -1 or 1
  for _ = 1, #refs + #plain / 2 do
    local ref, number = refs[r], plain[p]
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

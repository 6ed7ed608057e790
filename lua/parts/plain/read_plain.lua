-- Reads plain jobs that wait, `count` at most, from the entry with the index `first` on, or
-- backwards from there if `is_desc` is true. `most`: bytes of all together, or a batch more; 8 MiB
-- unless given. Tombstones are passed over, five thousand at most.
-- keys: plain
-- use: entry_id entry_record
-- returns: a list: id as a number, and record, of each job in turn
--   how many entries were read
-- Why: payloads may be large, so the sizes of a batch of entries bound the next batch. A list of
-- Redis does not tell sizes: large ones may follow small ones, so with `most` a batch is short.
local function read_plain (queue, first, count, is_desc, most)
  local key, found, read = queue.keys.plain, {}, 0
  local room, batch, longest = limits.answer_bytes, limits.first_batch, limits.batch
  if most then room, batch, longest = most, 1, limits.slice_batch end
  while #found < 2 * count and room > 0 and read - #found / 2 < limits.stale_entries_read do
    local wanted, largest = math.min(batch, count - #found / 2), 1
    local from = first + read
    if is_desc then
      wanted = math.min(wanted, first - read + 1)
      if wanted < 1 then break end
      from = first - read - wanted + 1
    end
    local entries = redis.call('LRANGE', key, from, from + wanted - 1)
    for i = 1, #entries do
      local entry = entries[is_desc and #entries + 1 - i or i]
      local record = entry_record(entry)
      if record then found[#found + 1], found[#found + 2] = entry_id(entry), record end
      room, largest = room - #entry, math.max(largest, #entry)
    end
    read = read + #entries
    if #entries < wanted then break end
    if most then longest = math.min(2 * batch, limits.slice_batch) end
    batch = math.max(1, math.min(longest, math.floor(room / largest)))
  end
  return found, read
end

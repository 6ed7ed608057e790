-- Reads plain jobs that wait, `count` at most and of 8 MiB together or a batch more, from the entry
-- with the index `first` on, or backwards from there if `is_desc` is true. Tombstones are passed
-- over, five thousand at most.
-- keys: plain
-- use: entry_id entry_record
-- returns: a list: id as a number, and record, of each job in turn
--   how many entries were read
-- Why: payloads may be large, so the sizes of a batch of entries bound the next batch.
local function read_plain (queue, first, count, is_desc)
  local key, found, read = queue.keys.plain, {}, 0
  local room, batch = limits.answer_bytes, limits.first_batch
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
    batch = math.max(1, math.min(limits.batch, math.floor(room / largest)))
  end
  return found, read
end

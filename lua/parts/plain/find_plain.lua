-- Finds a plain job that waits. `id`: as text.
-- use: search_plain entry_id entry_record
-- returns: its record; nil if there is none
--   the index of its entry
local function find_plain (queue, id)
  -- 007 is an id that no job has.
  if not id:find('^[1-9]%d*$') then return nil end
  local number = tonumber(id)
  local index, entry = search_plain(queue, number)
  if not entry or entry_id(entry) ~= number then return nil end
  local record = entry_record(entry)
  if record then return record, index end
end

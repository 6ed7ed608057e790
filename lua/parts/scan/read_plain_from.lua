-- Reads plain jobs that wait, `count` at most, from a position on. `position`: an id, behind which
-- the scan goes on; '' for the end at which it begins.
-- keys: plain
-- use: search_plain read_plain entry_id
-- returns: a table:
--   found: id as a number, and record, of each job in turn
--   last: the id of the last entry that was read, also of a tombstone; nil if none was
--   is_end: whether no entry is left behind that
local function read_plain_from (queue, position, count, is_desc)
  local key = queue.keys.plain
  local length = redis.call('LLEN', key)
  local index = is_desc and length or 0
  if position ~= '' then
    index = search_plain(queue, tonumber(position) + (is_desc and 0 or 1))
  end
  if is_desc then index = index - 1 end
  if index < 0 or index >= length then return { found = {}, is_end = true } end
  if count < 1 then return { found = {}, is_end = false } end
  local found, read = read_plain(queue, index, count, is_desc, limits.slice_bytes)
  local behind = is_desc and index - read or index + read
  local last = entry_id(redis.call('LINDEX', key, behind + (is_desc and 1 or -1)))
  return { found = found, last = last, is_end = behind < 0 or behind >= length }
end

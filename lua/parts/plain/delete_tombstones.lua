-- Removes the tombstones at one end of the list of plain jobs, a thousand at most: at its head if
-- `is_head` is true.
-- keys: plain tombstones
-- use: entry_id entry_record
local function delete_tombstones (queue, is_head)
  local keys, at, command = queue.keys, -1, 'RPOP'
  if is_head then at, command = 0, 'LPOP' end
  for _ = 1, limits.batch do
    local entry = redis.call('LINDEX', keys.plain, at)
    if not entry or entry_record(entry) then return end
    redis.call(command, keys.plain)
    redis.call('ZREM', keys.tombstones, string.format('%d', entry_id(entry)))
  end
end

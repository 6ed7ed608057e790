-- Removes the tombstones at one end of the list of plain jobs, five thousand at most: at its head
-- if `is_head` is true.
-- keys: plain tombstones
-- use: entry_id
-- returns: how many
-- Why: where the n-th entry from an end is the n-th tombstone from there, all before it are
-- tombstones as well. So a few probes find the end of a run, and two commands remove it.
local function delete_tombstones (queue, is_head)
  local plain, stones = queue.keys.plain, queue.keys.tombstones
  local most = math.min(redis.call('ZCARD', stones), limits.stale_entries_read)
  local function is_run (n)
    local at = is_head and n - 1 or -n
    local entry = redis.call('LINDEX', plain, at)
    local id = redis.call('ZRANGE', stones, at, at)[1]
    return entry and string.format('%d', entry_id(entry)) == id
  end
  local low, high = 0, 1
  while high <= most and is_run(high) do low, high = high, 2 * high end
  high = math.min(high, most + 1)
  while high - low > 1 do
    local middle = math.floor((low + high) / 2)
    if is_run(middle) then low = middle else high = middle end
  end
  if low == 0 then return 0 end
  redis.call('LTRIM', plain, is_head and low or 0, is_head and -1 or -low - 1)
  redis.call('ZREMRANGEBYRANK', stones, is_head and 0 or -low, is_head and low - 1 or -1)
  return low
end

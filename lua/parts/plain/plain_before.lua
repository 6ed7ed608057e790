-- Counts the plain jobs that wait and have a lower id than `id`, a number.
-- keys: tombstones
-- use: search_plain
-- returns: a number
local function plain_before (queue, id)
  local below = string.format('(%d', id)
  local index = search_plain(queue, id)
  return index - redis.call('ZCOUNT', queue.keys.tombstones, '-inf', below)
end

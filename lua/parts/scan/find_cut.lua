-- Finds where a scan goes on in the ready list or among the references. `position`: what read_cut
-- has told; '' for the end at which the scan begins.
-- keys: references
-- rarely: search_cut
-- returns: how many entries are before it
-- Why: entries leave a list, and come in at one end, but no two of them ever change their order. So
-- one neighbour that is still there tells where to go on. The ready list only grows at its head,
-- and the references at their tail: counted from the other end, an entry can only come nearer.
local function find_cut (queue, key, position, is_desc)
  local length, is_ready = redis.call('LLEN', key), key ~= queue.keys.references
  local away, heads, tails = position:match('^(%d+) (%S+) (%S+)$')
  if not away then return is_desc and length or 0 end
  local guess = is_ready and math.max(0, length - away) or tonumber(away)
  local from = math.max(0, guess - (is_ready and limits.cut_neighbours or limits.batch))
  local to = guess + (is_ready and limits.batch or limits.cut_neighbours)
  local indexes = {}
  for i, entry in ipairs(redis.call('LRANGE', key, from, to)) do indexes[entry] = from + i - 1 end
  local next_head, next_tail = heads:gmatch('[^,-]+'), tails:gmatch('[^,-]+')
  for _ = 1, limits.cut_neighbours do
    local head, tail = next_head(), next_tail()
    if tail and indexes[tail] then return indexes[tail] end
    if head and indexes[head] then return indexes[head] + 1 end
  end
  return search_cut(queue, key, heads:match('^[^,-]+'), tails:match('^[^,-]+'))
end

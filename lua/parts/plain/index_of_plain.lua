-- Finds the entry of a plain job by its place among those that wait. `nth`: from 0.
-- keys: plain tombstones
-- use: entry_id
-- returns: the index of its entry in the list
local function index_of_plain (queue, nth)
  local keys = queue.keys
  local low, high = nth, nth + redis.call('ZCARD', keys.tombstones)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local entry = redis.call('LINDEX', keys.plain, middle)
    local id = entry and string.format('%d', entry_id(entry))
    if entry and middle - redis.call('ZCOUNT', keys.tombstones, '-inf', id) < nth then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

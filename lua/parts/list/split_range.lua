-- Tells how many of the first `count` jobs of priority 5 have an entry in the ready list or among
-- the references; the others are plain. `entries`: how many entries there are.
-- use: entry_key reference_id plain_before
-- returns: a number
local function split_range (queue, count, entries)
  local low, high = 0, math.min(count, entries)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local _, last = reference_id(redis.call('LINDEX', entry_key(queue, middle)))
    if middle + plain_before(queue, last + 1) < count then low = middle + 1 else high = middle end
  end
  return low
end

-- Counts how many entries of the ready list and references are before a plain job. `id`: a number,
-- also one that no job has.
-- keys: ready references
-- use: reference_id
-- returns: a number
-- Why: the entries are in the order of those ids up to which plain jobs are before them.
local function entries_before (queue, id)
  local key = queue.keys.references
  local low, high = 0, redis.call('LLEN', key)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local _, last = reference_id(redis.call('LINDEX', key, middle))
    if last < id then low = middle + 1 else high = middle end
  end
  return low + redis.call('LLEN', queue.keys.ready)
end

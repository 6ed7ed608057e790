-- Finds where an entry is by its index, if the ready list and the references behind it are counted
-- as one list.
-- keys: ready references
-- returns: the key
--   the index there
local function entry_key (queue, index)
  local first = redis.call('LLEN', queue.keys.ready)
  if index < first then return queue.keys.ready, index end
  return queue.keys.references, index - first
end

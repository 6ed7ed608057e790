-- Reads the next entries of the ready list, or else the references that are before the first plain
-- job.
-- keys: plain ready references
-- use: reference_id entry_id
-- returns: the ids of `wanted` entries at most; nil if plain jobs are before the first one
--   the key that holds them; or up to which id these plain jobs are, nil for all
-- Why: where both kinds take turns, few entries of each are read at a time.
local function peek_ready (queue, wanted)
  local keys = queue.keys
  local ids = redis.call('LRANGE', keys.ready, 0, wanted - 1)
  if #ids > 0 then return ids, keys.ready end
  local plain = redis.call('LINDEX', keys.plain, 0)
  local first_plain = plain and entry_id(plain) or math.huge
  if plain then wanted = math.min(wanted, limits.first_batch) end
  for i, entry in ipairs(redis.call('LRANGE', keys.references, 0, wanted - 1)) do
    local id, last = reference_id(entry)
    if last >= first_plain then
      if i == 1 then return nil, last end
      break
    end
    ids[i] = id
  end
  if #ids > 0 then return ids, keys.references end
end

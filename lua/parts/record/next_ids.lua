-- Gives out ids, one after another. With the first id of all the queue gets its seed, which makes
-- its receipts its own.
-- keys: stats plain tombstones references
-- returns: the first of the ids, as a number
-- Why: `seed` are random bytes of the server, for what a script computes a client could guess.
local function next_ids (queue, count, seed)
  local first = redis.call('HINCRBY', queue.keys.stats, 'last_id', count) - count + 1
  queue.memo.last_id = nil
  if first == 1 then
    redis.call('HSET', queue.keys.stats, 'seed', seed)
    -- An older version purges without these keys.
    redis.call('UNLINK', queue.keys.plain, queue.keys.tombstones, queue.keys.references)
  end
  return first
end

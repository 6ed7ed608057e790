-- Gives out so many ids in a row. With the first of all a queue gets its seed, which makes its receipts its own.
-- keys: stats
-- seed: random bytes of the server; a script has nothing that others cannot guess
-- returns: the first of them, a number
local function next_ids (keys, count, seed)
  local first = redis.call('HINCRBY', keys.stats, 'last_id', count) - count + 1
  if first == 1 then redis.call('HSET', keys.stats, 'seed', seed) end
  return first
end

-- Reads the next entries of the ready queue: priorities 0 to 4, then the list of priority 5, then 6
-- to 9.
-- keys: ready ranked
-- use: id_of
-- returns: `wanted` ids at most, of one of these three
--   their members in `ranked`; nil for entries of the list
local function peek_entries (queue, wanted, has_ranked)
  local keys = queue.keys
  local members = {}
  if has_ranked then
    local range = { '-inf', limits.urgent_scores, 'LIMIT', 0, wanted }
    members = redis.call('ZRANGEBYSCORE', keys.ranked, unpack(range))
  end
  if #members == 0 then
    local ids = redis.call('LRANGE', keys.ready, 0, wanted - 1)
    if #ids > 0 or not has_ranked then return ids end
    members = redis.call('ZRANGE', keys.ranked, 0, wanted - 1)
  end
  local ids = {}
  for i, member in ipairs(members) do ids[i] = id_of(member) end
  return ids, members
end

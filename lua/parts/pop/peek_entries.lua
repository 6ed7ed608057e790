-- Reads the next entries of the ready queue: priorities 0 to 4, then priority 5, then 6 to 9. Those
-- of priority 5 are in the ready list, then plain jobs and references by turns (see reference_of).
-- keys: plain ranked
-- use: peek_plain
-- rarely: id_of peek_ready
-- returns: `wanted` ids at most, of one of these
--   the key that holds them
--   their members in `ranked`, or their records in `plain`; nil for others
local function peek_entries (queue, wanted, popped)
  local keys, members = queue.keys, {}
  if popped.has_ranked then
    local range = { '-inf', limits.urgent_scores, 'LIMIT', 0, wanted }
    members = redis.call('ZRANGEBYSCORE', keys.ranked, unpack(range))
  end
  if #members == 0 then
    local ids, last
    if popped.has_ready then ids, last = peek_ready(queue, wanted) end
    if ids then return ids, last end
    local records
    ids, records = peek_plain(queue, wanted, last)
    if #ids > 0 or not popped.has_ranked then return ids, keys.plain, records end
    members = redis.call('ZRANGE', keys.ranked, 0, wanted - 1)
  end
  local ids = {}
  for i, member in ipairs(members) do ids[i] = id_of(member) end
  return ids, keys.ranked, members
end

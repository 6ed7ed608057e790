-- Drops jobs that nobody took in their time.
-- keys: stats
-- use: detail remove drop_entry finished listened report
local function drop_expired (keys, ids, now)
  for _, id in ipairs(ids) do
    if select(2, remove(keys, id, detail(keys, id))) then drop_entry(keys, id) end
    finished(keys, id, 'expired', now)
  end
  if #ids == 0 then return end
  redis.call('HINCRBY', keys.stats, 'expired', #ids)
  if listened(keys) then report(keys, { 'expired gone', table.concat(ids, ' ') }) end
end

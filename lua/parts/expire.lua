-- Drops at most a hundred jobs each: those that nobody took in their time, and finished ones kept long enough.
-- takes: keys now
-- use: detail remove drop_entry finished listened report
-- returns: whether jobs may be left that nobody took in their time
local late = redis.call('ZRANGEBYSCORE', keys.expiring, '-inf', now, 'LIMIT', 0, 100)
for _, member in ipairs(late) do
  local id = member:sub(2)
  if select(2, remove(keys, id, detail(keys, id))) then drop_entry(keys, id) end
  finished(keys, id, 'expired', now)
end
if #late > 0 then redis.call('HINCRBY', keys.stats, 'expired', #late) end
local kept = redis.call('ZRANGEBYSCORE', keys.completed, '-inf', now, 'LIMIT', 0, 100)
for _, member in ipairs(kept) do
  remove(keys, member:sub(2), {})
  -- Of servers that died before they signed off.
  redis.call('HDEL', keys.watchers, member:sub(2))
end
for what, members in pairs({ expired = late, forgotten = kept }) do
  if #members > 0 and listened(keys) then
    report(keys, { what .. ' gone', (table.concat(members, ' '):gsub('%l', '')) })
  end
end
return #late == 100

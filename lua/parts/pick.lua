-- Takes at most `count` ids, of 8 MiB together, out of line: priorities 0 to 4, the list of priority 5, then 6 to 9. Passes over places whose
-- job is gone or has moved on, a thousand of them at most.
-- takes: keys count
-- use: save detail fit
-- returns: ids, their records, their details as text (false for none), and whether to ask again
local ids, records, kept = {}, {}, {}
local ranked = redis.call('EXISTS', keys.ranked) == 1
local passed, room = 0, 8388608
while #ids < count and passed <= 1000 and room > 0 do
  local wanted = count - #ids
  local found = ranked and redis.call('ZRANGEBYSCORE', keys.ranked, '-inf', '(5e13', 'LIMIT', 0, wanted) or {}
  local plain = #found == 0 and redis.call('LRANGE', keys.ready, 0, wanted - 1) or {}
  if #found == 0 and #plain == 0 and ranked then found = redis.call('ZRANGE', keys.ranked, 0, wanted - 1) end
  if #found == 0 and #plain == 0 then return ids, records, kept, false end
  for i, member in ipairs(found) do plain[i] = member:sub(2) end
  if count > 1 then room = fit(keys, plain, room, #ids == 0) end
  if #plain == 0 then break end
  if #found > 0 then
    redis.call('ZREM', keys.ranked, unpack(found, 1, #plain))
  else
    redis.call('LTRIM', keys.ready, #plain, -1)
  end
  local here = redis.call('HMGET', keys.jobs, unpack(plain))
  local about = redis.call('EXISTS', keys.details) == 1 and redis.call('HMGET', keys.details, unpack(plain)) or {}
  for i, id in ipairs(plain) do
    -- Only places in `ready` can be. Read again: of two places of one job in one handful, only the first is stale.
    local job = #found == 0 and here[i] and about[i] and about[i]:find('"stale"', 1, true) and detail(keys, id) or {}
    if not here[i] then
      passed = passed + 1
    elseif job.stale then
      passed = passed + 1
      job.stale = job.stale > 1 and job.stale - 1 or nil
      save(keys, id, job)
    else
      if about[i] then about[i] = redis.call('HGET', keys.details, id) end
      ids[#ids + 1], records[#ids + 1], kept[#ids + 1] = id, here[i], about[i] or false
    end
  end
end
return ids, records, kept, #ids < count

-- Takes at most `count` jobs, of 8 MiB together, out of line: priorities 0 to 4, the list of priority 5, then 6 to 9. Passes over places whose
-- job is gone or has moved on, a thousand of them at most. An answer that takes Redis and the network longer than a request waits for it
-- is lost, and its jobs with it; the first job goes out however large it is.
-- takes: keys count
-- use: save detail
-- returns: ids, their records, their details as text (false for none); whether to ask again; and what deliver() is to fill
local picked = { ids = {}, records = {}, kept = {}, unsure = false, gone = {}, leased = {}, words = {}, texts = {} }
local ids, passed, room, handful = picked.ids, 0, 8388608, 8
if count == 0 then return picked end
local ranked = redis.call('EXISTS', keys.ranked) == 1
local detailed = redis.call('EXISTS', keys.details) == 1
while #ids < count and passed <= 1000 and room > 0 do
  local wanted = math.min(count - #ids, handful)
  local found = ranked and redis.call('ZRANGEBYSCORE', keys.ranked, '-inf', '(5e13', 'LIMIT', 0, wanted) or {}
  local line = #found == 0 and redis.call('LRANGE', keys.ready, 0, wanted - 1) or {}
  if #found == 0 and #line == 0 and ranked then found = redis.call('ZRANGE', keys.ranked, 0, wanted - 1) end
  if #found == 0 and #line == 0 then return picked end
  for i, member in ipairs(found) do line[i] = member:sub(2) end
  local here, fitting, largest = redis.call('HMGET', keys.jobs, unpack(line)), 0, 0
  for i = 1, #line do
    local size = here[i] and #here[i] - 6 or 0
    if size > room and #ids + fitting > 0 then room = 0 break end
    room, fitting, largest = math.max(0, room - size), i, math.max(largest, size)
  end
  if fitting == 0 then break end
  if #found > 0 then
    redis.call('ZREM', keys.ranked, unpack(found, 1, fitting))
  else
    redis.call('LTRIM', keys.ready, fitting, -1)
  end
  local about = detailed and redis.call('HMGET', keys.details, unpack(line, 1, fitting)) or {}
  for i = 1, fitting do
    local id = line[i]
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
      ids[#ids + 1], picked.records[#ids + 1], picked.kept[#ids + 1] = id, here[i], about[i] or false
    end
  end
  -- So many as fit for certain if they are no larger than these.
  handful = math.max(1, math.min(1000, math.floor(room / math.max(largest, 1))))
end
picked.unsure = #ids < count
return picked

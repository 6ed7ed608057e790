-- Removes jobs whatever they are doing: one by its id, or many of one state, the oldest first.
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs details reports results holders unique policy stats waiters watchers events listeners
-- args: now id state limit
-- use: clock settle page rules detail remove place finished wake unbar listened report unblock
-- returns: how many are gone; NO_SUCH_JOB for a single one that is not there
unbar(keys)
now, limit = clock(now), tonumber(limit) or 0
settle(keys, now, 100)
local ids = id ~= '' and { id } or {}
if id ~= '' and redis.call('HEXISTS', jobs, id) == 0 then return { err = 'NO_SUCH_JOB' } end
if id == '' and state == 'waiting' then
  -- Not by index: places whose job has gone must be used up, too.
  ids = page('LRANGE', ready, 0, limit)
  if #ids > 0 then redis.call('LTRIM', ready, #ids, -1) end
  for _, member in ipairs(page('ZRANGE', ranked, 0, limit - #ids)) do ids[#ids + 1] = member:sub(2) end
elseif id == '' then
  local from = { delayed = delayed, blocked = blocked, active = active, failed = failed, completed = completed }
  for _, member in ipairs(page('ZRANGE', from[state], 0, limit)) do ids[#ids + 1] = member:sub(2) end
end
local count, passed, dropped, links = 0, 0, {}, 0
for _, number in ipairs(ids) do
  if links >= 250 then break end -- The next call goes on. Only blocked ones have any.
  local job = detail(keys, number)
  if redis.call('HEXISTS', jobs, number) == 0 then
    passed = passed + 1
  elseif id == '' and state == 'waiting' and job.stale and redis.call('ZSCORE', ranked, place(number)) == false then
    job.stale = job.stale > 1 and job.stale - 1 or nil
    redis.call('HSET', details, number, cjson.encode(job))
    passed = passed + 1
  else
    links = links + (remove(keys, number, job) or 0)
    finished(keys, number, 'cancelled', now)
    count, dropped[count + 1] = count + 1, number
  end
end
if count > 0 and listened(keys) then report(keys, { 'cancelled gone', table.concat(dropped, ' ') }) end
if keys[3] then unblock(keys, now) end
if count > 0 and rules(keys).concurrency then wake(keys, now, 0) end
return { count, passed }

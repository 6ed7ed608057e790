-- Asks to be told when a job has finished. What it leaves behind is kept a minute, so that it can be fetched then.
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs details reports results holders unique policy stats waiters watchers events listeners
-- args: now id seed server
-- use: clock settle detail save place unbar
-- returns: 1 if it will be told; 0 when the job has finished, or is not there
unbar(keys)
settle(keys, clock(now), 100)
local ended = redis.call('ZSCORE', failed, place(id)) or redis.call('ZSCORE', completed, place(id))
-- Under another seed the queue has been purged, and that number is another job's: it is not to be kept for who asks.
if ended or redis.call('HEXISTS', jobs, id) == 0 or redis.call('HGET', stats, 'seed') ~= seed then return 0 end
local servers = redis.call('HGET', watchers, id)
if not servers then
  redis.call('HSET', watchers, id, server)
elseif not (' ' .. servers .. ' '):find(' ' .. server .. ' ', 1, true) then
  redis.call('HSET', watchers, id, servers .. ' ' .. server)
end
local job = detail(keys, id)
if not job.awaited then
  job.awaited = true
  -- On lease, none means one: see lua/parts/detail.lua.
  save(keys, id, job)
end
return 1

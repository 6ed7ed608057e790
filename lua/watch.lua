-- Asks to be told when a job has finished. What it leaves behind is kept a minute, so that it can be fetched then.
-- keys: failed completed jobs stats
-- args: now id era server
-- use: clock settle detail born place is_over register_watcher unbar
-- era: what lua/job.lua said of it, for the id may be another job's by now
-- returns: 1 if it will be told; 0 when the job has finished, or is not there
unbar(keys)
now = clock(now)
settle(keys, now, 100)
local record = redis.call('HGET', jobs, id)
if not record or is_over(keys, id, now) then return 0 end
if redis.call('ZSCORE', failed, place(id)) or redis.call('ZSCORE', completed, place(id)) then return 0 end
if redis.call('HGET', stats, 'seed') .. ' ' .. born(record, detail(keys, id)) ~= era then return 0 end
register_watcher(keys, id, server)
return 1

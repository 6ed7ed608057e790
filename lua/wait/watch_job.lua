-- Asks to be told when a job has finished. What it leaves behind is kept a minute, so that it can be fetched then.
-- keys: failed completed jobs stats
-- args: now id era server
-- use: read_clock run_due load_details identity_of member_of is_expired register_watcher allow_when_full
-- era: what lua/job/get_job.lua said of it, for the id may be another job's by now
-- returns: 1 if it will be told; 0 when the job has finished, or is not there
allow_when_full(keys)
now = read_clock(now)
run_due(keys, now, 100)
local record = redis.call('HGET', jobs, id)
if not record or is_expired(keys, id, now) then return 0 end
if redis.call('ZSCORE', failed, member_of(id)) or redis.call('ZSCORE', completed, member_of(id)) then return 0 end
if redis.call('HGET', stats, 'seed') .. ' ' .. identity_of(record, load_details(keys, id)) ~= era then return 0 end
register_watcher(keys, id, server)
return 1

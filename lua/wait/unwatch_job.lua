-- A server's clients have all heard how a job has ended. What was kept for those who wait alone goes with the last server.
-- keys: completed jobs stats watchers
-- args: now id era server heard
-- use: read_clock run_due load_policy load_details identity_of member_of delete_job save_details is_recording record_events allow_when_full
-- era: what lua/job/get_job.lua said of it, for the id may be another job's by now
-- heard: 1 if one of them got the result; '' where they left before
-- returns: 1 if the job is gone
allow_when_full(keys)
run_due(keys, read_clock(now), 100)
local record, job = redis.call('HGET', jobs, id), load_details(keys, id)
if not record or not redis.call('ZSCORE', completed, member_of(id)) then return 0 end
if redis.call('HGET', stats, 'seed') .. ' ' .. identity_of(record, job) ~= era then return 0 end
local left = {}
for other in (redis.call('HGET', watchers, id) or ''):gmatch('%S+') do
  if other ~= server then left[#left + 1] = other end
end
redis.call('HDEL', watchers, id)
if #left > 0 then redis.call('HSET', watchers, id, table.concat(left, ' ')) end
local is_heard = heard == '1' or job.heard
if is_heard and #left == 0 and (job.keep or load_policy(keys).keep) == 0 then
  delete_job(keys, id, job)
  if is_recording(keys) then record_events(keys, { 'forgotten gone', id }) end
  return 1
end
if is_heard and not job.heard then
  job.heard = true
  save_details(keys, id, job)
end
return 0

-- Ends the watching of a server: its clients have all heard how a job has ended. A completed
-- job that was kept for waiting clients alone is deleted with the last server.
-- keys: completed jobs stats watchers
-- args: now id identity server heard
--   identity: what get_job says first of the job, for the id may be another job's by now
--   heard: '1' if a client got the result; '' if they all left before
-- use: allow_when_full read_clock run_due load_details member_of identity_of load_policy
-- use: delete_job record_one save_details
-- returns: 1 if the job is deleted, else 0
allow_when_full(queue)
queue.now = read_clock(now)
run_due(queue, limits.promoted_by_look)
local record, details = redis.call('HGET', jobs, id), load_details(queue, id)
if not record or not redis.call('ZSCORE', completed, member_of(id)) then return 0 end
local seed = redis.call('HGET', stats, 'seed')
if seed .. ' ' .. identity_of(record, details) ~= identity then return 0 end
local left = {}
for other in (redis.call('HGET', watchers, id) or ''):gmatch('%S+') do
  if other ~= server then left[#left + 1] = other end
end
redis.call('HDEL', watchers, id)
if #left > 0 then redis.call('HSET', watchers, id, table.concat(left, ' ')) end
local is_heard = heard == '1' or details.heard
if is_heard and #left == 0 and (details.keep or load_policy(queue).keep) == 0 then
  delete_job(queue, id, details)
  record_one(queue, 'forgotten gone', { id })
  return 1
end
if is_heard and not details.heard then
  details.heard = true
  save_details(queue, id, details)
end
return 0

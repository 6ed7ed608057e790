-- Registers a server as one whose clients wait for the end of a job. The result is kept for a
-- minute then, so that it can be fetched.
-- keys: failed completed stats
-- args: now id identity server
--   identity: what get_job says first of the job, for the id may be another job's by now
-- use: allow_when_full read_clock run_due is_overdue member_of identity_of load_details
-- use: register_watcher read_record
-- returns: 1 if the server will be told; 0 if the job has ended, or is not there
allow_when_full(queue)
queue.now = read_clock(now)
run_due(queue, limits.promoted_by_look)
local record, member = read_record(queue, id), member_of(id)
if not record or is_overdue(queue, id) then return 0 end
if redis.call('ZSCORE', failed, member) or redis.call('ZSCORE', completed, member) then return 0 end
local details, seed = load_details(queue, id), redis.call('HGET', stats, 'seed')
if seed .. ' ' .. identity_of(record, details) ~= identity then return 0 end
register_watcher(queue, id, server)
return 1

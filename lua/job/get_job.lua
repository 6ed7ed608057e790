-- Shows one job.
-- keys: active jobs stats
-- args: now id
-- use: read_clock begin_read read_job load_policy load_details identity_of member_of make_receipt first_deadline
-- returns: what tells the job from another one of its id, in any generation; what proves the delivery that is under way, or '';
--   the job as lua/parts/record/read_job.lua gives it, and the queue's tries and keep; nothing when it is not there
now = read_clock(now)
begin_read(keys, now, 100)
local found = read_job(keys, id, now)
if not found then return {} end
local set, job, seed = load_policy(keys), load_details(keys, id), redis.call('HGET', stats, 'seed')
found[11], found[12] = set.tries, set.keep
local score = redis.call('ZSCORE', active, member_of(id))
local proof = score and make_receipt(seed, id, job.deliveries or 1, first_deadline(job, score)) or ''
return { seed .. ' ' .. identity_of(redis.call('HGET', jobs, id), job), proof, unpack(found) }

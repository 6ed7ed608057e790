-- Shows one job.
-- keys: active jobs stats
-- args: now id
-- use: clock look document rules detail born place receipt first_deadline
-- returns: what tells the job from another one of its id, in any generation; what proves the delivery that is under way, or '';
--   the job as lua/parts/document.lua gives it, and the queue's tries and keep; nothing when it is not there
now = clock(now)
look(keys, now, 100)
local found = document(keys, id, now)
if not found then return {} end
local set, job, seed = rules(keys), detail(keys, id), redis.call('HGET', stats, 'seed')
found[11], found[12] = set.tries, set.keep
local score = redis.call('ZSCORE', active, place(id))
local proof = score and receipt(seed, id, job.deliveries or 1, first_deadline(job, score)) or ''
return { seed .. ' ' .. born(redis.call('HGET', jobs, id), job), proof, unpack(found) }

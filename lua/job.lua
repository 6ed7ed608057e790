-- Shows one job.
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs details reports results holders unique policy stats waiters watchers events listeners
-- args: now id
-- use: clock settle document rules
-- returns: the seed of the queue's receipts, the job as lua/parts/document.lua gives it, and the queue's tries and keep; nothing when it is not there
settle(keys, clock(now), 100)
local found = document(keys, id)
if not found then return {} end
local set = rules(keys)
found[11], found[12] = set.tries, set.keep
return { redis.call('HGET', stats, 'seed'), unpack(found) }

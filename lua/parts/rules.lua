-- The settings in force: those of the queue, and for the rest the defaults. Times in ms; max_lost 0: no such bound.
-- takes: keys
local set = { tries = 25, max_lost = 3, lease = 60000, keep = 0, backoff_base = 15000, backoff_max = 86400000 }
local own = redis.call('HGETALL', keys.policy)
for i = 1, #own, 2 do set[own[i]] = tonumber(own[i + 1]) end
return set

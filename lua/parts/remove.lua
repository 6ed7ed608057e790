-- Removes all there is of a job, but for a place it may have in `ready`: pick() passes over ids without a job.
-- takes: keys id detail
-- use: place free detach
-- returns: for how many jobs it waited; nothing if it did not
local links = detach(keys, id, detail)
local member = place(id)
for _, key in ipairs({ keys.active, keys.delayed, keys.ranked, keys.failed, keys.completed, keys.expiring }) do
  redis.call('ZREM', key, member)
end
for _, key in ipairs({ keys.jobs, keys.details, keys.results, keys.holders }) do redis.call('HDEL', key, id) end
redis.call('HDEL', keys.reports, 'e' .. id, 'p' .. id)
free(keys, id, detail)
return links

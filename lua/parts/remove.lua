-- Removes all there is of a job, but for an entry it may have in the ready list: pick() passes over ids without a job.
-- keys: ranked delayed active failed completed expiring jobs details reports results holders
-- use: place free detach
-- returns: for how many jobs it waited, nothing if it did not; whether an entry in the ready list is all that is left of it
local function remove (keys, id, detail)
  local links = detach(keys, id, detail)
  local member, is_left = place(id), not links
  for _, key in ipairs({ keys.active, keys.delayed, keys.ranked, keys.failed, keys.completed, keys.expiring }) do
    if redis.call('ZREM', key, member) == 1 and key ~= keys.expiring then is_left = false end
  end
  for _, key in ipairs({ keys.jobs, keys.details, keys.results, keys.holders }) do redis.call('HDEL', key, id) end
  redis.call('HDEL', keys.reports, 'e' .. id, 'p' .. id)
  free(keys, id, detail)
  return links, is_left
end

-- Removes all there is of a job, but for an entry it may have in the ready list: pop_ready() passes over ids without a job.
-- keys: ranked delayed active failed completed expiring jobs details reports results holders
-- use: member_of release_unique_key remove_dependencies
-- returns: for how many jobs it waited, nothing if it did not; whether an entry in the ready list is all that is left of it
local function delete_job (keys, id, detail)
  local links = remove_dependencies(keys, id, detail)
  local member, is_left = member_of(id), not links
  for _, key in ipairs({ keys.active, keys.delayed, keys.ranked, keys.failed, keys.completed, keys.expiring }) do
    if redis.call('ZREM', key, member) == 1 and key ~= keys.expiring then is_left = false end
  end
  for _, key in ipairs({ keys.jobs, keys.details, keys.results, keys.holders }) do redis.call('HDEL', key, id) end
  redis.call('HDEL', keys.reports, 'e' .. id, 'p' .. id)
  release_unique_key(keys, id, detail)
  return links, is_left
end

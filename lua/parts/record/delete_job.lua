-- Deletes all that is stored of a job, but for an entry in the ready list: pop_ready skips ids that
-- have no job. A plain job that waits goes out of its list.
-- keys: ranked active failed completed expiring jobs details reports results holders grouped
-- use: member_of remove_dependencies release_unique_key leave_delayed
-- rarely: delete_entry count_end
-- returns: for how many jobs it waited; nothing if it did not wait
--   whether an entry in the ready list may be left
local function delete_job (queue, id, details)
  local keys = queue.keys
  local dependencies = remove_dependencies(queue, id, details)
  local member, has_entry = member_of(id), not dependencies
  if leave_delayed(queue, id) then has_entry = false end
  local sets = { keys.active, keys.ranked, keys.failed, keys.completed }
  for _, key in ipairs(sets) do
    if redis.call('ZREM', key, member) == 1 then has_entry = false end
  end
  redis.call('ZREM', keys.expiring, member)
  redis.call('ZREM', keys.grouped, member)
  if redis.call('HDEL', keys.jobs, id) == 0 and delete_entry(queue, id) then has_entry = false end
  for _, key in ipairs({ keys.details, keys.results, keys.holders }) do
    redis.call('HDEL', key, id)
  end
  redis.call('HDEL', keys.reports, 'e' .. id, 'p' .. id, 'a' .. id)
  release_unique_key(queue, id, details)
  if details.operation then count_end(queue, details, 'gone') end
  return dependencies, has_entry
end

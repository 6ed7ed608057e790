-- Finds a dependency that is no older than the job itself: `own` is the id of the job, nil for one
-- that gets the next id.
-- keys: stats
-- returns: the first such id; nil if all are valid
-- Why: a job depends on older jobs only, and so no jobs can wait for each other in a ring.
local function invalid_dependency (queue, depends, own)
  local last = tonumber(own or redis.call('HGET', queue.keys.stats, 'last_id'))
  if own then last = last - 1 end
  for dependency in depends:gmatch('%d+') do
    if tonumber(dependency) > last then return dependency end
  end
end

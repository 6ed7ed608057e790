-- The first id among those a job depends on that was not given out before its own; so no jobs can wait for each other in a ring.
-- keys: stats
local function invalid_dependency (keys, depends, own)
  local last = own and tonumber(own) - 1 or tonumber(redis.call('HGET', keys.stats, 'last_id'))
  for dependency in depends:gmatch('%d+') do
    if tonumber(dependency) > last then return dependency end
  end
end

-- Lets a job wait for those of `detail.depends` that have not completed, and forgets the others.
-- keys: blocked dependents
-- use: member_of dependency_state fail_dependent
-- steadfast: wait also for one that has failed, for it may be redriven; else the job fails with it at once
-- returns: blocked or failed; nothing if there is none to wait for
local function add_dependencies (keys, id, detail, now, steadfast)
  local edges, left, broken = {}, {}, nil
  for dependency in detail.depends:gmatch('%d+') do
    local state = dependency_state(keys, dependency)
    if state then
      local n = #edges
      left[#left + 1], edges[n + 1], edges[n + 2] = dependency, dependency, dependency .. ':' .. member_of(id)
      if state == 'failed' then broken = broken or dependency end
    end
  end
  detail.depends = #left > 0 and table.concat(left, ',') or nil
  if broken and not steadfast then
    fail_dependent(keys, id, detail, broken, 'failed', now)
    return 'failed'
  elseif #left > 0 then
    redis.call('ZADD', keys.blocked, now, member_of(id))
    redis.call('ZADD', keys.dependents, unpack(edges))
    keys[2] = true
    return 'blocked'
  end
end

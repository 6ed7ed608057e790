-- Lets a job wait for no other any more.
-- keys: blocked dependents
-- use: member_of
-- returns: for how many it waited; nothing if it did not
local function remove_dependencies (keys, id, detail)
  if not detail.depends or redis.call('ZREM', keys.blocked, member_of(id)) == 0 then return nil end
  local edges = {}
  for dependency in detail.depends:gmatch('%d+') do edges[#edges + 1] = dependency .. ':' .. member_of(id) end
  redis.call('ZREM', keys.dependents, unpack(edges))
  return #edges
end

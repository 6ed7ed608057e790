-- Lets a job wait for no other any more.
-- keys: blocked dependents
-- use: place
-- returns: for how many it waited; nothing if it did not
local function detach (keys, id, detail)
  if not detail.depends or redis.call('ZREM', keys.blocked, place(id)) == 0 then return nil end
  local edges = {}
  for dependency in detail.depends:gmatch('%d+') do edges[#edges + 1] = dependency .. ':' .. place(id) end
  redis.call('ZREM', keys.dependents, unpack(edges))
  return #edges
end

-- Ends the waiting of a job for others.
-- keys: blocked dependents
-- use: member_of
-- returns: for how many jobs it waited; nil if it did not wait
local function remove_dependencies (queue, id, details)
  local keys, member = queue.keys, member_of(id)
  if not details.depends or redis.call('ZREM', keys.blocked, member) == 0 then return nil end
  local links = {}
  for dependency in details.depends:gmatch('%d+') do
    links[#links + 1] = dependency .. ':' .. member
  end
  redis.call('ZREM', keys.dependents, unpack(links))
  return #links
end

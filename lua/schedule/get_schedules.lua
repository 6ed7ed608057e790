-- Shows schedules, as many as make 8 MiB, and the first in any case.
-- keys: schedules templates turns
-- args: ...names
-- returns: of each that there is its name, what it is, its turn and its payload
local found, size = {}, 0
for _, name in ipairs(names) do
  local is = redis.call('HGET', schedules, name)
  if is then size = size + #is + redis.call('HSTRLEN', turns, name) + redis.call('HSTRLEN', templates, name) end
  if size > 8388608 and #found > 0 then break end
  if is then
    local n = #found
    found[n + 1], found[n + 2] = name, is
    found[n + 3], found[n + 4] = redis.call('HGET', turns, name), redis.call('HGET', templates, name)
  end
end
return found

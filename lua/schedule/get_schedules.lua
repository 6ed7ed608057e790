-- Shows schedules, as many as make 8 MiB, and the first in any case.
-- keys: schedules templates turns
-- args: ...names
-- returns: of each schedule that there is its name, its JSON, its turn and its payload
local found, size = {}, 0
for _, name in ipairs(names) do
  local schedule = redis.call('HGET', schedules, name)
  if schedule then
    size = size + #schedule + redis.call('HSTRLEN', turns, name)
    size = size + redis.call('HSTRLEN', templates, name)
    if size > limits.answer_bytes and #found > 0 then break end
    local n = #found
    found[n + 1], found[n + 2] = name, schedule
    found[n + 3] = redis.call('HGET', turns, name)
    found[n + 4] = redis.call('HGET', templates, name)
  end
end
return found

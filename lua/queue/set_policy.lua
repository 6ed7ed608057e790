-- Changes the policy of a queue, all settings at once.
-- keys: policy
-- args: now ...changes
--   changes: in turn a field of `policy` and its value: '' for the default; '+' and ms for a time
--     from now
-- use: read_clock load_policy wake_waiter is_recording record_events
-- returns: a list: the settings in force before, and those after, as JSON; times in ms
queue.now = read_clock(now)
local before = cjson.encode(load_policy(queue))
local happened = {}
for i = 1, #changes, 2 do
  local field, value, what = changes[i], changes[i + 1], 'policy'
  if field == 'stopped' then what = value == '' and 'started' or 'stopped' end
  if field ~= 'reopens_at' then happened[what] = true end
  if value == '' then
    redis.call('HDEL', policy, field)
  else
    local is_relative = value:sub(1, 1) == '+'
    if is_relative then value = string.format('%d', queue.now + tonumber(value)) end
    redis.call('HSET', policy, field, value)
  end
end
queue.policy = nil
for _ = 1, limits.woken_at_once do wake_waiter(queue, 0) end
if is_recording(queue) then
  for _, what in ipairs({ 'policy', 'stopped', 'started' }) do
    if happened[what] then record_events(queue, { what, '' }) end
  end
end
return { before, cjson.encode(load_policy(queue)) }

-- Changes the settings of a queue, all at once.
-- keys: policy
-- args: now ...changes
-- use: read_clock wake_waiter is_recording record_events
-- changes: a field of `policy` and its value, '' to go back to the default, in turn; '+' and ms for a time from now
now = read_clock(now)
local happened = {}
for i = 1, #changes, 2 do
  local value, what = changes[i + 1], 'policy'
  if changes[i] == 'stopped' then what = value == '' and 'started' or 'stopped' end
  if changes[i] ~= 'reopens_at' then happened[what] = true end
  if value == '' then
    redis.call('HDEL', policy, changes[i])
  else
    redis.call('HSET', policy, changes[i], value:sub(1, 1) == '+' and string.format('%d', now + tonumber(value)) or value)
  end
end
for _ = 1, 10 do wake_waiter(keys, now, 0) end
if not is_recording(keys) then return end
for _, what in ipairs({ 'policy', 'stopped', 'started' }) do
  if happened[what] then record_events(keys, { what, '' }) end
end

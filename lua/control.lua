-- Changes the settings of a queue, all at once.
-- keys: policy waiters
-- args: now ...changes
-- use: clock wake
-- changes: a field of `policy` and its value, '' to go back to the default, in turn; '+' and ms for a time from now
now = clock(now)
for i = 1, #changes, 2 do
  local value = changes[i + 1]
  if value == '' then
    redis.call('HDEL', policy, changes[i])
  else
    redis.call('HSET', policy, changes[i], value:sub(1, 1) == '+' and string.format('%d', now + tonumber(value)) or value)
  end
end
for _ = 1, 10 do wake(keys, now, 0) end

-- Whether jobs wait for others to complete. A call asks once; keys[2] keeps the answer.
-- keys: dependents
local function has_dependents (keys)
  if keys[2] == nil then keys[2] = redis.call('EXISTS', keys.dependents) == 1 end
  return keys[2]
end

-- Frees the unique key of a job, in the step in which it leaves. A key that another job took over stays with that one.
-- keys: unique
local function release_unique_key (keys, id, detail)
  local key = detail.unique
  if key and redis.call('HGET', keys.unique, key) == id then redis.call('HDEL', keys.unique, key) end
end

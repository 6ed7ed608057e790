-- Frees the unique key of a job, in the step in which the job ends. A key that another job has by
-- now stays with that one.
-- keys: unique
local function release_unique_key (queue, id, details)
  local key, unique = details.unique, queue.keys.unique
  if key and redis.call('HGET', unique, key) == id then redis.call('HDEL', unique, key) end
end

-- A full Redis refuses a script whose first write adds. What finishes, gives back or takes must go on then, and makes room:
-- this removes nothing, and counts as a first write.
-- keys: jobs
local function allow_when_full (keys)
  redis.call('HDEL', keys.jobs, '')
end

-- Lets a script go on while Redis is full: it makes room.
-- keys: jobs
-- Why: a full Redis refuses a script whose first write adds. This write removes nothing, and is the
-- first one (lua/README.md).
local function allow_when_full (queue)
  redis.call('HDEL', queue.keys.jobs, '')
end

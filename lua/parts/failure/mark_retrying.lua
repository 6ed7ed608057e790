-- Delays a job that has failed until `at`, a time in ms.
-- keys: delayed retrying
-- use: member_of
local function mark_retrying (queue, id, at)
  local member = member_of(id)
  redis.call('ZADD', queue.keys.delayed, at, member)
  redis.call('ZADD', queue.keys.retrying, at, member)
end

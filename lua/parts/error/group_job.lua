-- Notes with which error a job is retrying or has failed for good. All that takes it out of
-- `delayed` or `failed` takes it out of here as well.
-- keys: grouped
-- use: member_of group_score
local function group_job (queue, id, fingerprint, is_failed)
  redis.call('ZADD', queue.keys.grouped, group_score(fingerprint, is_failed), member_of(id))
end

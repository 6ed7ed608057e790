-- Tells whether a job is stored, in any state.
-- keys: jobs
-- use: find_plain
local function has_job (queue, id)
  return redis.call('HEXISTS', queue.keys.jobs, id) == 1 or find_plain(queue, id) ~= nil
end

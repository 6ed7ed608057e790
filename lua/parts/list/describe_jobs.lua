-- Reads the jobs of a list that are still in its state. `payload_max`: in bytes; nil for no bound.
-- use: read_job load_policy
-- returns: a list of jobs as read_job returns them, each with the tries and the keep of the queue,
--   and with the size of its payload where that is cut
local function describe_jobs (queue, ids, state, payload_max)
  local jobs, policy = {}, load_policy(queue)
  for _, id in ipairs(ids) do
    local job = read_job(queue, id)
    if job and job[2] == state then
      job[12], job[13] = policy.tries, policy.keep
      local payload = job[5]
      if payload_max and #payload > payload_max then
        job[5], job[14] = payload:sub(1, payload_max), #payload
      end
      jobs[#jobs + 1] = job
    end
  end
  return jobs
end

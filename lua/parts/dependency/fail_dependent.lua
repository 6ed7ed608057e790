-- Fails a job that waited for `dependency`, which will not complete. `how`: how that one ended.
-- use: fail_job
-- Why: `details.depends` stays, so that the job can be redriven.
local function fail_dependent (queue, id, details, dependency, how)
  local verb = (how == 'failed' or how == 'expired') and how or 'was ' .. how
  local message = string.format('job %s, on which it depends, %s', dependency, verb)
  details.last_error = cjson.encode({ type = 'dependency', message = message, job = dependency })
  details.due = nil
  fail_job(queue, id, details)
end

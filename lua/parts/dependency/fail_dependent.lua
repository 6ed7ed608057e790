-- Fails a job that waited for one which will not complete. What it waited for stays known, so that it can be redriven.
-- use: fail_job
local function fail_dependent (keys, id, detail, dependency, how, now)
  local message = string.format('job %s, on which it depends, %s', dependency, (how == 'failed' or how == 'expired') and how or 'was ' .. how)
  detail.last_error = cjson.encode({ type = 'dependency', message = message, job = dependency })
  detail.due = nil
  fail_job(keys, id, detail, now)
end

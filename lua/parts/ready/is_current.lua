-- Whether a place in line is that of its job, and not one that it had before. Only places in `ready` can be stale.
-- Reads the details again into `about[i]`: of two places of one job in one handful, only the first is stale.
-- keys: details
-- use: load_details save_details
local function is_current (keys, id, about, i, plain)
  if not plain or not about[i]:find('"stale"', 1, true) then return true end
  local job = load_details(keys, id)
  if not job.stale then
    about[i] = redis.call('HGET', keys.details, id)
    return true
  end
  job.stale = job.stale > 1 and job.stale - 1 or nil
  save_details(keys, id, job)
  return false
end

-- Writes the members of a job that are not default, and deletes the details that have none.
-- keys: details reports
-- Why: the last error, the progress and the story may be large. They lie in `reports`, so that the
-- scripts that take, promote and expire jobs do not read them. Older versions wrote the first two
-- into `details`.
local function save_details (queue, id, details)
  local reports = {}
  if details.last_error then
    reports[1], reports[2] = 'e' .. id, details.last_error
  end
  if details.progress then
    reports[#reports + 1], reports[#reports + 2] = 'p' .. id, details.progress
  end
  if details.attempts then
    reports[#reports + 1], reports[#reports + 2] = 'a' .. id, details.attempts
  end
  if #reports > 0 then redis.call('HSET', queue.keys.reports, unpack(reports)) end
  details.last_error, details.progress, details.attempts = nil, nil, nil
  if next(details) == nil then
    redis.call('HDEL', queue.keys.details, id)
  else
    redis.call('HSET', queue.keys.details, id, cjson.encode(details))
  end
end

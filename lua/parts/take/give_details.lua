-- Deletes a job that goes out for good and may have details.
-- keys: reports
-- use: open_details delete_job
-- rarely: count_end
-- returns: its details as JSON; nil for a plain job
-- Why: a job that is put back needs its details, its last error and its story.
local function give_details (queue, popped, i)
  local id, details = popped.ids[i], open_details(queue, popped, i)
  if not details then return nil end
  if details.operation then count_end(queue, details, 'completed') end
  if popped.has_reports then
    local reports = redis.call('HMGET', queue.keys.reports, 'e' .. id, 'a' .. id)
    details.last_error = reports[1] or details.last_error
    details.attempts = reports[2] or nil
  end
  delete_job(queue, id, details)
  return cjson.encode(details)
end

-- Deletes a job that goes out for good and may have details.
-- keys: reports
-- use: open_details delete_job
-- returns: its details as JSON; nil for a plain job
-- Why: a job that is put back needs its details and its last error.
local function give_details (queue, popped, i)
  local id, details = popped.ids[i], open_details(queue, popped, i)
  if not details then return nil end
  if popped.has_reports then
    local last_error = redis.call('HGET', queue.keys.reports, 'e' .. id)
    details.last_error = last_error or details.last_error
  end
  delete_job(queue, id, details)
  return cjson.encode(details)
end

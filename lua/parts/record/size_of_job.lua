-- Tells how large a job is, with all that is shown of it.
-- keys: jobs results reports
-- returns: a number of bytes
local function size_of_job (queue, id)
  local keys, records = queue.keys, queue.memo.records
  local record = records and records[id]
  if record then return #record end
  local size = redis.call('HSTRLEN', keys.jobs, id) + redis.call('HSTRLEN', keys.results, id)
  for _, letter in ipairs({ 'e', 'p', 'a' }) do
    size = size + redis.call('HSTRLEN', keys.reports, letter .. id)
  end
  return size
end

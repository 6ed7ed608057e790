-- Moves the errors and the progress that layout 1 keeps in `details` to `reports`, of about `limit`
-- jobs.
-- keys: details
-- args: cursor limit
-- use: save_details
-- returns: the cursor for the next call; '0' at the end
local answer = redis.call('HSCAN', details, cursor, 'COUNT', limit)
local found = answer[2]
for i = 1, #found, 2 do
  local job = cjson.decode(found[i + 1])
  if job.last_error or job.progress then save_details(queue, found[i], job) end
end
return answer[1]

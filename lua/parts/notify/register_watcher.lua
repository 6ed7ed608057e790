-- Registers a server as one whose clients wait for the end of a job, and has of the job kept what
-- they will ask for.
-- keys: watchers
-- use: read_record load_details identity_of save_details
local function register_watcher (queue, id, server)
  local key = queue.keys.watchers
  local servers = redis.call('HGET', key, id)
  if not servers then
    redis.call('HSET', key, id, server)
  elseif not (' ' .. servers .. ' '):find(' ' .. server .. ' ', 1, true) then
    redis.call('HSET', key, id, servers .. ' ' .. server)
  end
  local details = load_details(queue, id)
  if details.awaited then return end
  local record = read_record(queue, id)
  details.awaited, details.born = true, identity_of(record, details)
  save_details(queue, id, details)
end

-- Notes that clients of a server wait for a job that has not ended, and keeps of it what they will ask for.
-- keys: jobs watchers
-- use: load_details identity_of save_details
local function register_watcher (keys, id, server)
  local servers = redis.call('HGET', keys.watchers, id)
  if not servers then
    redis.call('HSET', keys.watchers, id, server)
  elseif not (' ' .. servers .. ' '):find(' ' .. server .. ' ', 1, true) then
    redis.call('HSET', keys.watchers, id, servers .. ' ' .. server)
  end
  local job = load_details(keys, id)
  if job.awaited then return end
  job.awaited, job.born = true, identity_of(redis.call('HGET', keys.jobs, id), job)
  -- On lease, none means one: see lua/parts/record/load_details.lua.
  save_details(keys, id, job)
end

-- Drops the jobs at the head of the ready list, with the entries there that are nobody's. It is used up from its head, for by index it
-- would shift under a worker's take.
-- keys: ready jobs
-- use: read_range load_details save_details state_since is_newer
-- limit: how many jobs at most; begin: see lua/parts/bulk/begin_bulk.lua; drop: what to do with the id and the details of each
-- returns: whether anything has changed, so that another call may have more to do
local function drain_ready (keys, limit, begin, now, drop)
  local keep, used, dropped = {}, 0, 0
  for _, id in ipairs(read_range('LRANGE', keys.ready, 0, 500)) do
    if dropped >= limit then break end
    used = used + 1
    local job = load_details(keys, id)
    if job.stale then
      job.stale = job.stale > 1 and job.stale - 1 or nil
      save_details(keys, id, job)
    elseif redis.call('HEXISTS', keys.jobs, id) == 1 then
      if is_newer(id, state_since(keys, id, 'waiting', job), begin, now) then
        keep[#keep + 1] = id
      else
        drop(id, job)
        dropped = dropped + 1
      end
    end
  end
  if used == #keep then return false end
  redis.call('LTRIM', keys.ready, used, -1)
  for i = #keep, 1, -1 do redis.call('LPUSH', keys.ready, keep[i]) end
  return true
end

-- Takes entries that are nobody's out of the ready list, from its head on, until `wanted` jobs stand there one behind another:
-- entries of jobs that were cancelled, replaced or moved on. It looks at 5000 entries at most.
-- keys: ready jobs details
-- use: load_details save_details count_stale
-- from: how many entries at the head are known to be sound
-- returns: how many are now; whether that is all that was wanted
local function remove_stale (keys, from, wanted)
  local waiting, left = count_stale(keys)
  wanted = math.min(wanted, waiting)
  local last = from + 5000
  while from < wanted and left > 0 and from < last do
    local ids, dead = redis.call('LRANGE', keys.ready, from, from + 999), 0
    if #ids == 0 then break end
    local about = redis.call('HMGET', keys.details, unpack(ids))
    for i, id in ipairs(ids) do
      local isDead = not about[i] and redis.call('HEXISTS', keys.jobs, id) == 0
      if about[i] and about[i]:find('"stale"', 1, true) then
        -- Read again: of several entries of one job only the first ones are stale.
        local job = load_details(keys, id)
        isDead = job.stale ~= nil
        if isDead then
          job.stale = job.stale > 1 and job.stale - 1 or nil
          save_details(keys, id, job)
        end
      end
      if isDead then
        -- No job has this id.
        redis.call('LSET', keys.ready, from + i - 1, '0')
        dead = dead + 1
      end
    end
    if dead > 0 then redis.call('LREM', keys.ready, dead, '0') end
    from, left, last = from + #ids - dead, left - dead, last - dead
  end
  return from, from >= wanted or left <= 0
end

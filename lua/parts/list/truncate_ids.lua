-- Shortens a list of ids to the jobs that fit together into `room` bytes, with all that is shown of
-- them. The first job stays in any case if `keeps_first` is true.
-- keys: jobs details reports results
-- returns: the room that is left; 0 if some did not fit
-- Why: an answer that takes Redis and the network longer than a request waits for it is lost.
local function truncate_ids (queue, ids, room, keeps_first)
  local keys = queue.keys
  local stored = {
    { keys.details, '' }, { keys.results, '' }, { keys.reports, 'e' }, { keys.reports, 'p' },
    { keys.reports, 'a' }
  }
  for n = #stored, 1, -1 do
    if redis.call('EXISTS', stored[n][1]) == 0 then table.remove(stored, n) end
  end
  local known = queue.memo.records or {}
  local function size_of (id)
    local size = known[id] and #known[id] or redis.call('HSTRLEN', keys.jobs, id)
    size = math.max(0, size - limits.record_header)
    for _, one in ipairs(stored) do size = size + redis.call('HSTRLEN', one[1], one[2] .. id) end
    return size
  end
  for i, id in ipairs(ids) do
    room = room - size_of(id)
    if room < 0 and not (keeps_first and i == 1) then
      for j = #ids, i, -1 do ids[j] = nil end
      return 0
    end
  end
  return math.max(room, 0)
end

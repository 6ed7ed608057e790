-- Shortens a list of ids to those whose jobs, with all that is shown of them, together fit into `room` bytes;
-- the first stays if `first` says so. An answer that takes Redis and the network longer than a request waits for it
-- is lost, and its jobs with it.
-- keys: jobs details reports results
-- returns: the room that is left; 0 when some did not fit
local function truncate_ids (keys, ids, room, first)
  local beside = { { keys.details, '' }, { keys.results, '' }, { keys.reports, 'e' }, { keys.reports, 'p' } }
  for n = #beside, 1, -1 do
    if redis.call('EXISTS', beside[n][1]) == 0 then table.remove(beside, n) end
  end
  for i, id in ipairs(ids) do
    -- A record is 6 bytes and the payload.
    room = room - math.max(0, redis.call('HSTRLEN', keys.jobs, id) - 6)
    for _, one in ipairs(beside) do room = room - redis.call('HSTRLEN', one[1], one[2] .. id) end
    if room < 0 and not (first and i == 1) then
      for j = #ids, i, -1 do ids[j] = nil end
      return 0
    end
  end
  return math.max(room, 0)
end

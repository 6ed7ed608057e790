-- Goes on with what has ended: a job that waited for it stands in line if it was the last, or has failed if it did not complete; and so
-- on with those that wait for that one. A bounded piece: the next script that looks does the next, be it a crowd or a chain of ten thousand.
-- Removal comes first: a full Redis refuses a script whose first write adds.
-- keys: dependents ended
-- use: resolve_one wake_waiter wake_watcher is_recording record_events
-- returns: whether any job can be taken that could not, or some are left
local function resolve_dependents (keys, now)
  local room, lists = 250, { waiting = {}, delayed = {}, failed = {} }
  local ended = redis.call('ZRANGE', keys.ended, 0, 0)[1]
  while ended and room > 0 do
    local dependency, how = ended:match('^(%d+) (%l+)$')
    local edges = redis.call('ZRANGEBYSCORE', keys.dependents, dependency, dependency, 'LIMIT', 0, math.ceil(room))
    local asked, seen = math.ceil(room), 0
    for _, edge in ipairs(edges) do
      if room <= 0 then break end
      local id, state, due, links = resolve_one(keys, edge, how, now)
      room, seen = room - 1 - (links or 0) / 10, seen + 1
      if state then table.insert(lists[state], state == 'delayed' and string.format('%s@%d', id, due) or id) end
    end
    if seen < asked and seen == #edges then redis.call('ZREM', keys.ended, ended) end
    if seen == 0 then room = room - 1 end
    ended = redis.call('ZRANGE', keys.ended, 0, 0)[1]
  end
  for state, ids in pairs(lists) do
    if #ids > 0 and is_recording(keys) then record_events(keys, { 'unblocked ' .. state, table.concat(ids, ' ') }) end
  end
  -- Those who wait for a delayed one look when it is due, if they are told so now.
  local moved = #lists.waiting + #lists.delayed
  for _ = 1, math.min(10, moved + (ended and 1 or 0)) do
    if not wake_waiter(keys, now, 0) then break end
  end
  if ended then wake_watcher(keys) end
  return ended ~= nil or moved > 0
end

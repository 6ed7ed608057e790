-- Goes on with what has ended: a job that waited for it stands in line if it was the last, or has failed if it did not complete; and so
-- on with those that wait for that one. A bounded piece: the next script that looks does the next, be it a crowd or a chain of ten thousand.
-- Removal comes first: a full Redis refuses a script whose first write adds.
-- takes: keys now
-- use: resolve wake listened report
-- returns: whether any job can be taken that could not, or some are left
local room, lists, ready = 250, { waiting = {}, delayed = {}, failed = {} }, 0
local ended = redis.call('ZRANGE', keys.ended, 0, 0)[1]
while ended and room > 0 do
  local dependency, how = ended:match('^(%d+) (%l+)$')
  local edges = redis.call('ZRANGEBYSCORE', keys.dependents, dependency, dependency, 'LIMIT', 0, room)
  for _, edge in ipairs(edges) do
    local id, state, due = resolve(keys, edge, how, now)
    if state then table.insert(lists[state], state == 'delayed' and string.format('%s@%d', id, due) or id) end
  end
  if #edges < room then redis.call('ZREM', keys.ended, ended) end
  room = room - math.max(1, #edges)
  ended = redis.call('ZRANGE', keys.ended, 0, 0)[1]
end
for state, ids in pairs(lists) do
  if #ids > 0 and listened(keys) then report(keys, { 'unblocked ' .. state, table.concat(ids, ' ') }) end
end
-- Those who wait for a delayed one look when it is due, if they are told so now.
local moved = #lists.waiting + #lists.delayed
for _ = 1, math.min(10, moved + (ended and 1 or 0)) do
  if not wake(keys, now, 0) then break end
end
return ended ~= nil or moved > 0

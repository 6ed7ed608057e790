-- Goes on with jobs that have ended: a dependent whose last dependency has completed can be taken,
-- or fails if one has not; and so on with the dependents of that one.
-- keys: dependents ended
-- rarely: resolve_one wake_waiter wake_watcher record_states
-- returns: whether a job can be taken that could not before, or some are left to resolve
-- Why: it does a bounded piece, be it a crowd of dependents or a chain of ten thousand: the next
-- script that looks does the next piece. It removes before it adds, for a full Redis refuses a
-- script whose first write adds.
local function resolve_dependents (queue)
  local keys = queue.keys
  local ended = redis.call('ZRANGE', keys.ended, 0, 0)[1]
  if not ended then return false end
  local room, lists = limits.dependents_at_once, { waiting = {}, delayed = {}, failed = {} }
  while ended and room > 0 do
    local dependency, how = ended:match('^(%d+) (%l+)$')
    local asked, seen = math.ceil(room), 0
    local range = { dependency, dependency, 'LIMIT', 0, asked }
    local links = redis.call('ZRANGEBYSCORE', keys.dependents, unpack(range))
    for _, link in ipairs(links) do
      if room <= 0 then break end
      room, seen = room - resolve_one(queue, link, how, lists), seen + 1
    end
    if seen < asked and seen == #links then redis.call('ZREM', keys.ended, ended) end
    if seen == 0 then room = room - 1 end
    ended = redis.call('ZRANGE', keys.ended, 0, 0)[1]
  end
  record_states(queue, 'unblocked', lists)
  -- A server that waits for a delayed job looks when it is due, if it is told so now.
  local moved = #lists.waiting + #lists.delayed
  for _ = 1, math.min(limits.woken_at_once, moved + (ended and 1 or 0)) do
    if not wake_waiter(queue, 0) then break end
  end
  if ended then wake_watcher(queue) end
  return ended ~= nil or moved > 0
end

-- Lets jobs run that an operation is about, `room` of them at most.
-- use: change_some retry_one
-- rarely: wake_waiter record_states
-- returns: how many have gone
--   how many it has looked at
local function retry_some (queue, operation, room)
  local lists, done, seen = change_some(queue, operation, room, retry_one)
  local count = lists.waiting and #lists.waiting or 0
  for _ = 1, math.min(count, limits.woken_at_once) do wake_waiter(queue, 0) end
  if done > 0 then record_states(queue, 'retried', lists) end
  return done, seen
end

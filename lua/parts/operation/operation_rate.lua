-- Tells how many jobs an operation may let go now: as many as its rate allows since the last ones,
-- of no more than a second, and no more than are left of its canary.
-- returns: a whole number
--   in how many ms to look again
local function operation_rate (queue, operation)
  local rate, now, trial = operation.rate, queue.now, operation.trial
  local one = 1000 / rate
  -- A server that was away does not make up for it in one burst.
  operation.paced_at = math.max(operation.paced_at, now - math.max(one, 1000))
  local room = math.floor((now - operation.paced_at) / one + 0.000001)
  room = math.min(room, limits.operation_jobs)
  if operation.state == 'canary' then
    room = math.min(room, math.max(0, trial.jobs - trial.sent))
  end
  local pause = math.max(one, math.min(limits.operation_pause_ms, one * limits.operation_jobs / 2))
  return room, math.floor(math.max(20, math.min(1000, pause)))
end

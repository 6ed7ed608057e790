-- Describes the batch of jobs that is on its way to another queue, for receive_jobs.
-- keys: moving
-- use: payload_of
-- returns: its number, the other queue, and of each job its payload, when it is due in ms (0: now)
--   and its options as JSON (see push)
-- Why: a job that is moved is a new one in its queue. It keeps what its push said of it, but for
-- its dependencies, which that queue does not know.
local function moving_batch (queue, operation)
  local batch = { operation.batch, operation.to }
  for _, id in ipairs(operation.moving) do
    local text = redis.call('HGET', queue.keys.moving, operation.id .. ':' .. id)
    local kept = cmsgpack.unpack(text)
    local details, n = cjson.decode(kept.details), #batch
    local due = not kept.retrying and kept.delayed or '0'
    local options = {
      priority = details.priority, tries = details.tries, max_lost = details.max_lost,
      keep = details.keep, unique = details.unique, traceparent = details.traceparent,
      tracestate = details.tracestate, tags = details.tags
    }
    if kept.expiring then
      options.ttl = math.max(1, kept.expiring - math.max(queue.now, tonumber(due)))
    end
    batch[n + 1], batch[n + 2], batch[n + 3] = payload_of(kept.record), due, cjson.encode(options)
  end
  return batch
end

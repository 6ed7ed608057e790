-- Writes the details of a job that was put in, and puts it into its first state. `options` become
-- the details, but for what concerns the push alone.
-- keys: delayed
-- use: save_details member_of enqueue
-- rarely: add_dependencies
-- returns: 'blocked' or 'failed'; nil for a job that is delayed or waits
local function store_new (queue, id, due, options)
  local now = queue.now
  if due > now then
    options.created, options.due = now, options.depends and math.floor(due) or nil
  end
  options.on_duplicate, options.ttl, options.idempotency, options.fingerprint = nil, nil, nil, nil
  local state = options.depends and add_dependencies(queue, id, options)
  if not state then options.due = nil end
  save_details(queue, id, options)
  if state then return state end
  if due > now then
    redis.call('ZADD', queue.keys.delayed, math.floor(due), member_of(id))
  else
    enqueue(queue, id, options.priority, now)
  end
end

-- Puts one job in, in its first state. `options`: what push is told of the job.
-- keys: expiring jobs unique
-- use: next_ids pack_record member_of store_new
-- rarely: unique_key_holder answer_duplicate invalid_dependency replace_job save_idempotent
-- rarely: register_watcher
-- returns: the id of the job; of the invalid dependency for 'unknown'
--   the outcome (see push): new, replaced, ignored, exists, full or unknown
--   the state, if it is 'blocked' or 'failed'
local function insert_job (queue, payload, due, options, room, seed)
  local keys, now, server = queue.keys, queue.now, options.server
  options.server = nil
  local id = options.unique and unique_key_holder(queue, options.unique)
  local answer = id and answer_duplicate(queue, id, options, server)
  if answer then return id, answer end
  if not id and room <= 0 then return '0', 'full' end
  local invalid = options.depends and invalid_dependency(queue, options.depends, id)
  if invalid then return invalid, 'unknown' end
  local outcome = id and 'replaced' or 'new'
  if id then
    replace_job(queue, id, options)
  else
    id = string.format('%d', next_ids(queue, 1, seed))
  end
  redis.call('HSET', keys.jobs, id, pack_record(math.max(due, now), payload))
  if options.unique then redis.call('HSET', keys.unique, options.unique, id) end
  if options.idempotency then save_idempotent(queue, options, id, outcome) end
  if options.ttl then
    redis.call('ZADD', keys.expiring, math.max(now, due) + options.ttl, member_of(id))
  end
  local state = store_new(queue, id, due, options)
  -- A job that failed with its dependency has ended already.
  if server and state ~= 'failed' then register_watcher(queue, id, server) end
  return id, outcome, state
end

-- Puts one job in, unless its unique key is held: then it does as `on_duplicate` says.
-- A record is the time in ms from which the job may run (6 bytes), and the payload.
-- keys: delayed active expiring jobs reports unique
-- use: member_of load_details remove_dependencies leave_ready_queue invalid_dependency add_dependencies save_details enqueue next_ids save_idempotent identity_of register_watcher is_expired delete_expired
-- returns: id and outcome (see lua/job/push.lua), and its state if it is blocked or has failed
local function insert_job (keys, payload, due, options, room, now, seed)
  local key, outcome = options.unique, 'new'
  local id = key and redis.call('HGET', keys.unique, key)
  local server = options.server
  options.server = nil
  if id and is_expired(keys, id, now) then
    delete_expired(keys, { id }, now)
    id = nil
  end
  if id then
    if options.on_duplicate == 'ignore' then
      save_idempotent(keys, options, id, 'ignored', now)
      if server then register_watcher(keys, id, server) end
      return id, 'ignored'
    end
    if options.on_duplicate ~= 'replace' or redis.call('ZSCORE', keys.active, member_of(id)) then return id, 'exists' end
    local stray = options.depends and invalid_dependency(keys, options.depends, id)
    if stray then return stray, 'unknown' end
    -- Its number stays; its place, its time and all else are those of the new one.
    local old = load_details(keys, id)
    if not remove_dependencies(keys, id, old) and redis.call('ZREM', keys.delayed, member_of(id)) == 0 then leave_ready_queue(keys, id, old) end
    redis.call('ZREM', keys.expiring, member_of(id))
    keys[4] = nil
    redis.call('HDEL', keys.reports, 'e' .. id, 'p' .. id)
    options.stale, options.deliveries, outcome = old.stale, old.deliveries, 'replaced'
    -- Clients that wait for the old one get the result of the new one.
    options.awaited, options.born = options.awaited or old.awaited, identity_of(redis.call('HGET', keys.jobs, id), old)
  else
    if room <= 0 then return '0', 'full' end
    local stray = options.depends and invalid_dependency(keys, options.depends)
    if stray then return stray, 'unknown' end
    id = string.format('%d', next_ids(keys, 1, seed))
  end
  redis.call('HSET', keys.jobs, id, struct.pack('>I6', math.max(due, now)) .. payload)
  if due > now then options.created, options.due = now, options.depends and math.floor(due) or nil end
  if key then redis.call('HSET', keys.unique, key, id) end
  save_idempotent(keys, options, id, outcome, now)
  if options.ttl then redis.call('ZADD', keys.expiring, math.max(now, due) + options.ttl, member_of(id)) end
  options.on_duplicate, options.ttl, options.idempotency, options.fingerprint = nil, nil, nil, nil
  local state = options.depends and add_dependencies(keys, id, options, now)
  if not state then options.due = nil end
  save_details(keys, id, options)
  -- One that could not even wait has ended already.
  if server and state ~= 'failed' then register_watcher(keys, id, server) end
  if state then return id, outcome, state end
  if due > now then redis.call('ZADD', keys.delayed, math.floor(due), member_of(id)) else enqueue(keys, id, options.priority, now) end
  return id, outcome
end

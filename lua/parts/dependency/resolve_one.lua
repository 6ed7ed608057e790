-- Tells a job that one for which it waits has ended.
-- keys: delayed blocked dependents
-- use: load_details remove_dependencies fail_dependent member_of enqueue save_details
-- returns: its id, and its state where that is another now, with its due time if it is delayed; and how many edges went with it, if it has failed
local function resolve_one (keys, edge, how, now)
  local dependency, id = edge:match('^(%d+):%l(%d+)$')
  redis.call('ZREM', keys.dependents, edge)
  local job, state, due, edges = load_details(keys, id), nil, nil, nil
  if how ~= 'done' then
    edges = remove_dependencies(keys, id, job)
    fail_dependent(keys, id, job, dependency, how, now)
    state = 'failed'
  else
    local left = (',' .. job.depends .. ','):gsub(',' .. dependency .. ',', ',', 1):sub(2, -2)
    job.depends = left ~= '' and left or nil
    if not job.depends then
      redis.call('ZREM', keys.blocked, member_of(id))
      state, due, job.due, job.since = 'waiting', job.due, nil, now
      if due and due > now then
        state, job.ready_at = 'delayed', due
        redis.call('ZADD', keys.delayed, due, member_of(id))
      else
        enqueue(keys, id, job.priority, now)
      end
    end
  end
  save_details(keys, id, job)
  return id, state, due, edges
end

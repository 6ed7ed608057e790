-- Tells a job that one for which it waits has ended.
-- keys: delayed blocked dependents
-- use: detail detach forsake place line save
-- returns: its id, and its state where that is another now, with its due time if it is delayed; and how many edges went with it, if it has failed
local function resolve (keys, edge, how, now)
  local dependency, id = edge:match('^(%d+):%l(%d+)$')
  redis.call('ZREM', keys.dependents, edge)
  local job, state, due, edges = detail(keys, id), nil, nil, nil
  if how ~= 'done' then
    edges = detach(keys, id, job)
    forsake(keys, id, job, dependency, how, now)
    state = 'failed'
  else
    local left = (',' .. job.depends .. ','):gsub(',' .. dependency .. ',', ',', 1):sub(2, -2)
    job.depends = left ~= '' and left or nil
    if not job.depends then
      redis.call('ZREM', keys.blocked, place(id))
      state, due, job.due, job.since = 'waiting', job.due, nil, now
      if due and due > now then
        state, job.ready_at = 'delayed', due
        redis.call('ZADD', keys.delayed, due, place(id))
      else
        line(keys, id, job.priority, now)
      end
    end
  end
  save(keys, id, job)
  return id, state, due, edges
end

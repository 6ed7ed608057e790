-- Makes a job wait for those of `details.depends` that have not completed, and removes the others
-- from there. With `waits_for_failed` it waits for failed jobs as well, for they may be redriven;
-- else it fails with them at once.
-- keys: blocked dependents
-- use: member_of dependency_state fail_dependent
-- returns: the state of the job: 'blocked' or 'failed'; nil if there is no job to wait for
local function add_dependencies (queue, id, details, waits_for_failed)
  local keys, member = queue.keys, member_of(id)
  local links, left, failed = {}, {}, nil
  for dependency in details.depends:gmatch('%d+') do
    local state, n = dependency_state(queue, dependency), #links
    if state then
      left[#left + 1] = dependency
      links[n + 1], links[n + 2] = dependency, dependency .. ':' .. member
    end
    if state == 'failed' then failed = failed or dependency end
  end
  details.depends = #left > 0 and table.concat(left, ',') or nil
  if failed and not waits_for_failed then
    fail_dependent(queue, id, details, failed, 'failed')
    return 'failed'
  end
  if #left == 0 then return nil end
  redis.call('ZADD', keys.blocked, queue.now, member)
  redis.call('ZADD', keys.dependents, unpack(links))
  queue.memo.has_dependents = true
  return 'blocked'
end

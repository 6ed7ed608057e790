-- Tells a dependent that one of the jobs for which it waits has ended. `lists` gets
-- its event, by its new state, if it has one.
-- keys: delayed blocked dependents
-- use: load_details remove_dependencies fail_dependent member_of enqueue save_details
-- returns: how much of its room this took the caller: 1, and a tenth for each link that was removed
local function resolve_one (queue, link, how, lists)
  local keys, now = queue.keys, queue.now
  local dependency, id = link:match('^(%d+):%l(%d+)$')
  redis.call('ZREM', keys.dependents, link)
  local details, removed = load_details(queue, id), nil
  if how ~= 'done' then
    removed = remove_dependencies(queue, id, details)
    fail_dependent(queue, id, details, dependency, how)
    table.insert(lists.failed, id)
  else
    local all = ',' .. details.depends .. ','
    local left = all:gsub(',' .. dependency .. ',', ',', 1):sub(2, -2)
    details.depends = left ~= '' and left or nil
    if not details.depends then
      local due = details.due
      redis.call('ZREM', keys.blocked, member_of(id))
      details.due, details.since = nil, now
      if due and due > now then
        details.ready_at = due
        redis.call('ZADD', keys.delayed, due, member_of(id))
        table.insert(lists.delayed, string.format('%s@%d', id, due))
      else
        enqueue(queue, id, details.priority, now)
        table.insert(lists.waiting, id)
      end
    end
  end
  save_details(queue, id, details)
  return 1 + (removed or 0) / 10
end

-- Drops the jobs at the head of the ready list, `limit` at most, and the stale entries there.
-- `drop` is called with the id and the details of each.
-- keys: ready jobs
-- use: read_range load_details skip_stale state_since is_newer
-- returns: whether the list has changed, so that another call may have more to do
-- Why: the list is used up from its head, for its indexes shift when a worker takes.
local function drain_ready (queue, limit, begin, drop)
  local keys, kept, used, dropped = queue.keys, {}, 0, 0
  for _, id in ipairs(read_range('LRANGE', keys.ready, 0, limits.ready_drained)) do
    if dropped >= limit then break end
    used = used + 1
    local details = load_details(queue, id)
    local is_here = not skip_stale(queue, id, details) and
      redis.call('HEXISTS', keys.jobs, id) == 1
    if is_here and is_newer(queue, id, state_since(queue, id, 'waiting', details), begin) then
      kept[#kept + 1] = id
    elseif is_here then
      drop(id, details)
      dropped = dropped + 1
    end
  end
  if used == #kept then return false end
  redis.call('LTRIM', keys.ready, used, -1)
  for i = #kept, 1, -1 do redis.call('LPUSH', keys.ready, kept[i]) end
  return true
end

-- Takes a job out of its state, for a new one gets its id: its place, its time and all else are
-- those of the new one. What must outlive the old one goes to the options of the new one.
-- keys: expiring reports
-- use: load_details remove_dependencies member_of leave_delayed leave_ready_queue identity_of
-- use: read_record
-- rarely: count_end
local function replace_job (queue, id, options)
  local keys, member, old = queue.keys, member_of(id), load_details(queue, id)
  if not remove_dependencies(queue, id, old) and not leave_delayed(queue, id) then
    leave_ready_queue(queue, id, old)
  end
  redis.call('ZREM', keys.expiring, member)
  if old.operation then count_end(queue, old, 'gone') end
  queue.memo.dependency_state = nil
  redis.call('HDEL', keys.reports, 'e' .. id, 'p' .. id, 'a' .. id)
  options.stale, options.deliveries = old.stale, old.deliveries
  -- Clients that wait for the old job get the result of the new one.
  options.awaited = options.awaited or old.awaited
  options.born = identity_of(read_record(queue, id), old)
end

-- Ends a job that was done: deletes it, or keeps it with its result for `keep` ms.
-- keys: failed grouped
-- use: member_of delete_job
-- rarely: leave_ready_queue archive_job
local function archive_or_delete (queue, id, details, state, result, keep)
  local had_failed = redis.call('ZREM', queue.keys.failed, member_of(id)) == 1
  if had_failed then redis.call('ZREM', queue.keys.grouped, member_of(id)) end
  if state == 'lease_expired' and not had_failed then leave_ready_queue(queue, id, details) end
  if keep == 0 then
    delete_job(queue, id, details)
  else
    archive_job(queue, id, details, result, keep)
  end
end

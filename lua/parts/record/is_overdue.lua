-- Tells whether the time of a job is over, although no script has deleted it yet.
-- keys: expiring completed
-- use: member_of
-- Why: each script deletes a hundred expired jobs at most (delete_overdue).
local function is_overdue (queue, id)
  for _, key in ipairs({ queue.keys.expiring, queue.keys.completed }) do
    local ends_at = redis.call('ZSCORE', key, member_of(id))
    if ends_at and tonumber(ends_at) <= queue.now then return true end
  end
  return false
end

-- Finds the unfinished job that has a unique key. One whose time is over is deleted.
-- keys: unique
-- use: is_overdue delete_expired
-- returns: its id; nil if no job has the key
local function unique_key_holder (queue, key)
  local id = redis.call('HGET', queue.keys.unique, key)
  if not id then return nil end
  if not is_overdue(queue, id) then return id end
  delete_expired(queue, { id })
  return nil
end

-- Deletes jobs that an operation is about, `room` of them at most.
-- use: expire_bin change_some delete_one record_one
-- returns: how many are deleted
--   how many it has looked at
local function delete_some (queue, operation, room)
  expire_bin(queue)
  local lists, done, seen = change_some(queue, operation, room, delete_one)
  record_one(queue, 'cancelled gone', lists.deleted or {})
  return done, seen
end

-- Takes jobs out of the queue that an operation moves, `room` of them at most. They are a batch,
-- and on their way until settle_move is told what the other queue has answered.
-- use: change_some delete_one
-- returns: how many are on their way
--   how many it has looked at
-- Why: no script sees two queues. A batch that is on its way stays in `operation.moving`, and its
-- jobs in `moving`, so that any server can send it again. Its number lets the other queue take it
-- once.
local function move_some (queue, operation, room)
  local lists, done, seen = change_some(queue, operation, room, delete_one)
  if done > 0 then
    operation.moving, operation.batch = lists.deleted, (operation.batch or 0) + 1
  end
  return done, seen
end

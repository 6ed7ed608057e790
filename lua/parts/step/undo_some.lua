-- Brings back jobs that an operation has deleted and that are in the bin.
-- keys: bin binned
-- use: read_range resume_index
-- rarely: restore_packed record_states
-- returns: how many are back
--   how many entries of the bin it has looked at
-- Why: other operations of the queue have entries among them. So it goes on behind the last entry
-- that it left there.
local function undo_some (queue, operation)
  local key, bin, lists, back = queue.keys.binned, queue.keys.bin, {}, 0
  local found = read_range('ZRANGE', key, resume_index(key, operation.left), limits.operation_jobs)
  for _, name in ipairs(found) do
    if name:match('^%d+') ~= operation.id then
      operation.left = redis.call('ZSCORE', key, name) .. ' ' .. name
    else
      local text = redis.call('HGET', bin, name)
      redis.call('HDEL', bin, name)
      redis.call('ZREM', key, name)
      local state, event
      if text then state, event = restore_packed(queue, text) end
      if state then
        lists[state], back = lists[state] or {}, back + 1
        table.insert(lists[state], event)
      end
    end
  end
  if back > 0 then record_states(queue, 'restored', lists) end
  return back, #found
end

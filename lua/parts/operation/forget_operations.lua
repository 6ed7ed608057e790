-- Forgets operations that have not changed for a week, and the oldest where the queue has more than
-- a hundred, but for those under way.
-- keys: operations
-- use: load_operation is_under_way
local function forget_operations (queue)
  local key, ids = queue.keys.operations, {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if field:find('^%d') then ids[#ids + 1] = field end
  end
  table.sort(ids, function (one, other) return tonumber(one) < tonumber(other) end)
  local excess = #ids - limits.operations_of_queue
  for i, id in ipairs(ids) do
    local operation = load_operation(queue, id)
    local is_old = i <= excess or operation.changed_at < queue.now - limits.operation_ms
    local is_needed = operation.moving or is_under_way(operation)
    if is_old and not is_needed then redis.call('HDEL', key, id, 'p' .. id) end
  end
end

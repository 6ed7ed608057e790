-- Writes an operation. The queue forgets its operations a week after the last change of one, but
-- not while jobs are on their way to another queue.
-- keys: operations
local function save_operation (queue, operation)
  local key = queue.keys.operations
  redis.call('HSET', key, operation.id, cjson.encode(operation))
  if operation.moving then
    redis.call('PERSIST', key)
  else
    redis.call('PEXPIRE', key, limits.operation_ms)
  end
end

-- Reads an operation, once a call.
-- keys: operations
-- returns: a table; nil if there is no such operation
local function load_operation (queue, id)
  local memo = queue.memo
  memo.operations = memo.operations or {}
  local known = memo.operations
  if known[id] == nil then
    local text = redis.call('HGET', queue.keys.operations, id)
    known[id] = text and cjson.decode(text) or false
  end
  return known[id] or nil
end

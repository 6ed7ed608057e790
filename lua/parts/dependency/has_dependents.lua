-- Tells whether jobs of the queue wait for others to complete. A call asks once.
-- keys: dependents
local function has_dependents (queue)
  local memo = queue.memo
  if memo.has_dependents == nil then
    memo.has_dependents = redis.call('EXISTS', queue.keys.dependents) == 1
  end
  return memo.has_dependents
end

-- Moves at most `limit` due jobs from `delayed` to the ready queue, in the order in which they fell
-- due.
-- keys: delayed details retrying
-- rarely: id_of enqueue load_details count_lateness record_one end_retrying
-- returns: whether due jobs may be left
-- Why: it removes before it adds, for a full Redis refuses a script whose first write adds.
local function promote_delayed (queue, limit)
  local key = queue.keys.delayed
  local range = { '-inf', queue.now, 'WITHSCORES', 'LIMIT', 0, limit }
  local due = redis.call('ZRANGEBYSCORE', key, unpack(range))
  local count = #due / 2
  if count == 0 then return false end
  redis.call('ZREMRANGEBYRANK', key, 0, count - 1)
  if redis.call('EXISTS', queue.keys.retrying) == 1 then
    end_retrying(queue, due, count < limit)
  end
  count_lateness(queue, due)
  local has_details, ids = redis.call('EXISTS', queue.keys.details) == 1, {}
  for i = 1, count do
    local id = id_of(due[2 * i - 1])
    local priority = has_details and load_details(queue, id).priority or nil
    enqueue(queue, id, priority, tonumber(due[2 * i]))
    ids[i] = id
  end
  record_one(queue, 'promoted waiting', ids)
  return count == limit
end

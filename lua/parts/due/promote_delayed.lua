-- Moves at most `limit` due jobs into line, in the order in which they fell due.
-- Removal comes first: a full Redis refuses a script whose first write adds, and taking must go on.
-- keys: delayed details
-- use: enqueue load_details count_lateness is_recording record_events
-- returns: whether due jobs may be left
local function promote_delayed (keys, now, limit)
  local due = redis.call('ZRANGEBYSCORE', keys.delayed, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
  if #due == 0 then return false end
  redis.call('ZREMRANGEBYRANK', keys.delayed, 0, #due / 2 - 1)
  local plain = redis.call('EXISTS', keys.details) == 0
  count_lateness(keys, now, due)
  for i = 1, #due, 2 do
    local id = due[i]:sub(2)
    enqueue(keys, id, not plain and load_details(keys, id).priority or nil, tonumber(due[i + 1]))
  end
  if is_recording(keys) then
    local ids = {}
    for i = 1, #due, 2 do ids[(i + 1) / 2] = due[i]:sub(2) end
    record_events(keys, { 'promoted waiting', table.concat(ids, ' ') })
  end
  return #due == 2 * limit
end

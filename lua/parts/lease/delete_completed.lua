-- Deletes the plain jobs that a call has completed so far.
-- keys: active jobs reports
local function delete_completed (queue, batch)
  local keys, ids = queue.keys, batch.ids
  if #ids == 0 then return end
  redis.call('ZREM', keys.active, unpack(batch.members))
  redis.call('HDEL', keys.jobs, unpack(ids))
  if batch.has_reports then
    local fields = {}
    for i, id in ipairs(ids) do fields[i] = 'p' .. id end
    redis.call('HDEL', keys.reports, unpack(fields))
  end
  batch.count, batch.ids, batch.members = batch.count + #ids, {}, {}
end

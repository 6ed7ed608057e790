-- Stores a job again that pack_job has packed into `text`, but for its state.
-- keys: jobs results reports
-- use: restored_id
-- rarely: next_ids
-- returns: the id under which it is back; nil if it is there already, or its time is over
--   its details
--   the table that was packed
local function unpack_job (queue, text)
  local keys, kept = queue.keys, cmsgpack.unpack(text)
  if kept.completed and tonumber(kept.completed) <= queue.now then return nil end
  local details = cjson.decode(kept.details)
  local id = restored_id(queue, kept.id, kept.record, details)
  if id and details.stale then
    id, details.stale = string.format('%d', next_ids(queue, 1, '')), nil
  end
  if not id then return nil end
  redis.call('HSET', keys.jobs, id, kept.record)
  if kept.result then redis.call('HSET', keys.results, id, kept.result) end
  local fields = { e = kept.error, p = kept.progress, a = kept.story }
  for letter, report in pairs(fields) do redis.call('HSET', keys.reports, letter .. id, report) end
  details.operation, details.lapsed = nil, nil
  return id, details, kept
end

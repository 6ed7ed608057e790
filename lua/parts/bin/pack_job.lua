-- Packs all that is stored of a job into one text, for take_packed. Stale entries of the job go out
-- of the ready list, as far as they are found.
-- keys: delayed retrying failed completed blocked expiring grouped results reports
-- use: member_of read_record
-- rarely: remove_entry
-- Why: a job with an entry that is left there comes back under a new id. The entry would be taken
-- for a current one.
local function pack_job (queue, id, details)
  local keys, member = queue.keys, member_of(id)
  local function score (key) return redis.call('ZSCORE', key, member) or nil end
  while details.stale and remove_entry(queue, id) do
    details.stale = details.stale > 1 and details.stale - 1 or nil
  end
  local reports = redis.call('HMGET', keys.reports, 'e' .. id, 'p' .. id, 'a' .. id)
  return cmsgpack.pack({
    id = id, record = read_record(queue, id), details = cjson.encode(details),
    result = redis.call('HGET', keys.results, id) or nil,
    error = reports[1] or nil, progress = reports[2] or nil, story = reports[3] or nil,
    delayed = score(keys.delayed), retrying = score(keys.retrying), failed = score(keys.failed),
    completed = score(keys.completed), blocked = score(keys.blocked),
    expiring = score(keys.expiring), grouped = score(keys.grouped)
  })
end

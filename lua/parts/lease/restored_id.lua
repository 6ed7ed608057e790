-- Finds the id under which a job comes back that was taken for good: its own, if no other job has
-- that id, and else a new one. `record` and `details` are those of the job that comes back.
-- keys: details
-- use: read_record identity_of next_ids
-- returns: the id; nil if the job is there, for Redis has lost the take
-- Why: where Redis has lost its last writes meanwhile, another job may have the id.
local function restored_id (queue, id, record, details)
  local there = read_record(queue, id)
  if not there then return id end
  local text = redis.call('HGET', queue.keys.details, id)
  local other = text and cjson.decode(text) or {}
  -- A job that was replaced has another payload, and its details say when it was born.
  local may_be_same = there == record or other.born
  if may_be_same and identity_of(there, other) == identity_of(record, details) then return nil end
  details.stale = nil
  return string.format('%d', next_ids(queue, 1, ''))
end

-- The id under which a job comes back that was taken for good: its own, if no other job has it. Where Redis has lost
-- its last writes meanwhile, another job may have that id: then it gets a new one. Or the job is there, for the take was lost.
-- keys: jobs details
-- use: identity_of next_ids
-- record, detail: of the job that comes back
-- returns: the id; nothing if the job is there
local function restored_id (keys, id, record, detail)
  local there = redis.call('HGET', keys.jobs, id)
  if not there then return id end
  local text = redis.call('HGET', keys.details, id)
  local other = text and cjson.decode(text) or {}
  -- One that was replaced has another payload, and says when it was born.
  if (there == record or other.born) and identity_of(there, other) == identity_of(record, detail) then return nil end
  detail.stale = nil
  return string.format('%d', next_ids(keys, 1, ''))
end

-- The id under which a job comes back that was taken for good: its own, which no other job may get any more. Where Redis has lost
-- its last writes meanwhile, another job may have that id: then it gets a new one. Or the job is there, for the take was lost.
-- takes: keys id record detail
-- use: born number
-- record, detail: of the job that comes back
-- returns: the id; nothing if the job is there
local there = redis.call('HGET', keys.jobs, id)
if not there then
  if tonumber(id) > tonumber(redis.call('HGET', keys.stats, 'last_id')) then redis.call('HSET', keys.stats, 'last_id', id) end
  return id
end
local text = redis.call('HGET', keys.details, id)
if born(there, text and cjson.decode(text) or {}) == born(record, detail) then return nil end
detail.stale = nil
return string.format('%d', number(keys, 1, ''))

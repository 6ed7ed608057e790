-- Gives a job that comes back its unique key, which it lost where it had failed or had been taken
-- for good. Where another unfinished job has the key by now, that becomes the last error of this
-- job, which must not run; the error that it had stays within that one.
-- keys: reports unique
-- use: is_overdue delete_expired
-- returns: the id of the other job; nil if the key is this job's, or it has none
-- Why: a holder whose time is over holds nothing, and is deleted, for no script has done so yet.
local function claim_unique_key (queue, id, details)
  local key, unique = details.unique, queue.keys.unique
  if not key or redis.call('HSETNX', unique, key, id) == 1 then return nil end
  local other = redis.call('HGET', unique, key)
  if other == id then return nil end
  if is_overdue(queue, other) then
    delete_expired(queue, { other })
    redis.call('HSET', unique, key, id)
    return nil
  end
  local before = details.last_error or redis.call('HGET', queue.keys.reports, 'e' .. id) or 'null'
  before = before:match('^{"type":"duplicate",.-"before":(.+)}$') or before
  local message = string.format('job %s has its unique key', other)
  details.last_error = '{"type":"duplicate","message":"' .. message .. '","job":"' .. other ..
    '","before":' .. before .. '}'
  return other
end

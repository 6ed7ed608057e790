-- Gives a job that comes back to life its unique key, which it has lost where it had failed or had been taken for good.
-- Where another unfinished job has the key by now, that becomes the last error of this one, which must not run; the
-- error that it had is kept within. A holder whose time is over holds nothing: it is dropped, for no script has done so yet.
-- keys: reports unique
-- use: is_expired delete_expired
-- returns: the id of the other job; nothing if the key is this one's, or it has none
local function claim_unique_key (keys, id, detail, now)
  local key = detail.unique
  if not key or redis.call('HSETNX', keys.unique, key, id) == 1 then return nil end
  local other = redis.call('HGET', keys.unique, key)
  if other == id then return nil end
  if is_expired(keys, other, now) then
    delete_expired(keys, { other }, now)
    redis.call('HSET', keys.unique, key, id)
    return nil
  end
  local before = detail.last_error or redis.call('HGET', keys.reports, 'e' .. id) or 'null'
  before = before:match('^{"type":"duplicate",.-"before":(.+)}$') or before
  local message = string.format('job %s has its unique key', other)
  detail.last_error = '{"type":"duplicate","message":"' .. message .. '","job":"' .. other .. '","before":' .. before .. '}'
  return other
end

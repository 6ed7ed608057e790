-- Gives a job that comes back to life its unique key, which it has lost where it had failed or had been taken for good.
-- Where another unfinished job has the key by now, that becomes the last error of this one, which must not run; the
-- error that it had is kept within.
-- takes: keys id detail
-- returns: the id of the other job; nothing if the key is this one's, or it has none
local key = detail.unique
if not key or redis.call('HSETNX', keys.unique, key, id) == 1 then return nil end
local other = redis.call('HGET', keys.unique, key)
if other == id then return nil end
local before = detail.last_error or redis.call('HGET', keys.reports, 'e' .. id) or 'null'
before = before:match('^{"type":"duplicate",.-"before":(.+)}$') or before
local message = string.format('job %s has its unique key', other)
detail.last_error = '{"type":"duplicate","message":"' .. message .. '","job":"' .. other .. '","before":' .. before .. '}'
return other

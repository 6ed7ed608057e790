-- Keeps what is not default about a job.
-- takes: keys id detail
if next(detail) == nil then
  redis.call('HDEL', keys.details, id)
else
  redis.call('HSET', keys.details, id, cjson.encode(detail))
end

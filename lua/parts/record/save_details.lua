-- Keeps what is not default about a job. Its last error and its progress may be large: they lie apart,
-- so that the scripts that take, promote and expire jobs do not read them. Older versions kept them in `details`.
-- keys: details reports
local function save_details (keys, id, detail)
  local large = {}
  if detail.last_error then large[1], large[2] = 'e' .. id, detail.last_error end
  if detail.progress then large[#large + 1], large[#large + 2] = 'p' .. id, detail.progress end
  if #large > 0 then redis.call('HSET', keys.reports, unpack(large)) end
  detail.last_error, detail.progress = nil, nil
  if next(detail) == nil then
    redis.call('HDEL', keys.details, id)
  else
    redis.call('HSET', keys.details, id, cjson.encode(detail))
  end
end

-- Takes an expired delivery that goes on out of the story of its job, where it is the last one.
-- keys: reports
local function resume_attempt (queue, id, details)
  local key, field = queue.keys.reports, 'a' .. id
  local text = redis.call('HGET', key, field) or ''
  local last = text:match('[^\n]*$')
  local began = last:match('^%d+ lost (%d*) ')
  if not began then return end
  details.started = tonumber(began)
  if #last == #text then
    redis.call('HDEL', key, field)
  else
    redis.call('HSET', key, field, text:sub(1, -#last - 2))
  end
end

-- Tells whether a worker has a job on lease, or else had one of the deliveries of its story.
-- `worker`: an id; with * at its end, the beginning of ids.
-- keys: holders reports
-- returns: whether it is so
--   memo.bytes_read: how many bytes this call has searched so far
local function had_worker (queue, id, state, worker)
  local keys, memo, beginning = queue.keys, queue.memo, worker:match('^(.*)%*$')
  local function is_meant (name)
    if not beginning then return name == worker end
    return name ~= '' and name:sub(1, #beginning) == beginning
  end
  if state == 'active' then
    local holder = redis.call('HGET', keys.holders, id) or ''
    return is_meant(holder:match('^%d+ (.*)$') or '')
  end
  local story = redis.call('HGET', keys.reports, 'a' .. id) or ''
  memo.bytes_read = (memo.bytes_read or 0) + #story
  -- Most stories do not even have the word, and a search is faster than the form.
  if not story:find(' ' .. (beginning or worker), 1, true) then return false end
  for name in story:gmatch('%f[^\n%z]%d+ %l+ %d* %d+ (%S*)') do
    if is_meant(name) then return true end
  end
  return false
end

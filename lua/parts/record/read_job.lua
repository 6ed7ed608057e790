-- Reads all that is stored of a job.
-- keys: delayed active failed completed blocked details reports results holders
-- use: read_record is_overdue member_of run_at_of payload_of
-- returns: nil if there is no such job; else a list:
--   its id, its state, the score of that state ('' for waiting)
--   when it was to run at first, in ms
--   its payload, its details as JSON, its holder, its result, its last error, its progress and
--   its story, each '' if there is none
local function read_job (queue, id)
  local keys = queue.keys
  local record = read_record(queue, id)
  if not record or is_overdue(queue, id) then return nil end
  local state, at = 'waiting', ''
  for _, name in ipairs({ 'delayed', 'active', 'failed', 'completed', 'blocked' }) do
    local score = redis.call('ZSCORE', keys[name], member_of(id))
    if score then state, at = name, score end
  end
  local run_at = string.format('%d', run_at_of(record))
  local details = redis.call('HGET', keys.details, id) or ''
  local holder = redis.call('HGET', keys.holders, id) or ''
  local result = redis.call('HGET', keys.results, id) or ''
  local reports = redis.call('HMGET', keys.reports, 'e' .. id, 'p' .. id, 'a' .. id)
  local last_error, progress, story = reports[1] or '', reports[2] or '', reports[3] or ''
  return {
    id, state, at, run_at, payload_of(record), details, holder, result, last_error, progress, story
  }
end

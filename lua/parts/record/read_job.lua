-- All that is known of a job.
-- keys: delayed active failed completed blocked jobs details reports results holders
-- use: member_of is_expired
-- returns: id, state, time of the state in ms, when it was to run at first in ms, payload, details, holder, result, last error and progress ('' for none); or nil
local function read_job (keys, id, now)
  local record = redis.call('HGET', keys.jobs, id)
  if not record or is_expired(keys, id, now) then return end
  local state, at = 'waiting', ''
  for name, key in pairs({ delayed = keys.delayed, active = keys.active, failed = keys.failed, completed = keys.completed, blocked = keys.blocked }) do
    local score = redis.call('ZSCORE', key, member_of(id))
    if score then state, at = name, score end
  end
  local run_at = string.format('%d', (struct.unpack('>I6', record)))
  local about = redis.call('HGET', keys.details, id) or ''
  local holder, result = redis.call('HGET', keys.holders, id) or '', redis.call('HGET', keys.results, id) or ''
  local apart = redis.call('HMGET', keys.reports, 'e' .. id, 'p' .. id)
  return { id, state, at, run_at, record:sub(7), about, holder, result, apart[1] or '', apart[2] or '' }
end

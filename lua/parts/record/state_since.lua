-- When a job came into its state, as far as that is known; not asked of jobs on lease.
-- keys: failed blocked jobs
-- use: member_of
-- returns: a time in ms; nil where only its id can tell
local function state_since (keys, id, state, detail)
  if state == 'failed' or state == 'blocked' then return tonumber(redis.call('ZSCORE', keys[state], member_of(id))) end
  if state == 'waiting' and detail.created and not detail.since then return (struct.unpack('>I6', redis.call('HGET', keys.jobs, id))) end
  return detail.since or detail.created
end

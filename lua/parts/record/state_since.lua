-- Tells when a job came into its state, as far as that is known. Not for jobs on lease.
-- keys: failed blocked
-- use: member_of run_at_of read_record
-- returns: a time in ms; nil where only the id of the job can tell
local function state_since (queue, id, state, details)
  local keys = queue.keys
  if state == 'failed' or state == 'blocked' then
    local key = state == 'failed' and keys.failed or keys.blocked
    return tonumber(redis.call('ZSCORE', key, member_of(id)))
  end
  if state == 'waiting' and details.created and not details.since then
    return run_at_of(read_record(queue, id))
  end
  return details.since or details.created
end

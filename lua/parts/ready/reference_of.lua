-- Makes an entry of the list `references`: the id of a job, ':', and the last id that the queue had
-- given out when the job became ready.
-- keys: stats
-- returns: text, such as 42:100
-- Why: the plain jobs with an id up to that one are before this job, and those with a higher id
-- behind it. Entries of the ready list have an id alone, and are before all these: those jobs were
-- put back, or come from an older version. That reads no other list, and so loses none of these.
local function reference_of (queue, id)
  local memo = queue.memo
  memo.last_id = memo.last_id or redis.call('HGET', queue.keys.stats, 'last_id') or '0'
  return id .. ':' .. memo.last_id
end

-- Gives leases more time, and notes how far the work is. A lease that ran out is taken up again while the job is nobody else's,
-- and the concurrency of the queue leaves room.
-- keys: ranked active failed completed jobs details reports policy stats waiters events listeners
-- args: now ...fields
-- use: clock rules hold unline save place wake unbar listened report
-- fields: id, receipt, lease in ms (0 for the queue's own) and progress as JSON ('' for none) of each job in turn
-- returns: for each job its new deadline in ms, or the code of a refusal
unbar(keys)
now = clock(now)
local set, outcomes, kept = rules(keys), {}, listened(keys) and {}
for i = 1, #fields, 4 do
  local id, lease = fields[i], tonumber(fields[i + 2])
  local job, state = hold(keys, id, fields[i + 1])
  -- What it had of the concurrency, another job may have by now.
  local full = redis.call('ZCARD', active) >= (set.concurrency or math.huge)
  if state == 'completed' or (state == 'lapsed' and (full or redis.call('ZSCORE', failed, place(id)))) then job, state = nil, 'LEASE_LOST' end
  if job then
    if lease == 0 then lease = set.lease end
    if state == 'lapsed' then
      unline(keys, id, job)
      job.lapsed = nil
    end
    if fields[i + 3] ~= '' then job.progress = fields[i + 3] end
    save(keys, id, job)
    local before = tonumber(redis.call('ZSCORE', active, place(id)) or math.huge)
    redis.call('ZADD', active, now + lease, place(id))
    -- Those who wait know of no end so soon.
    if now + lease < before then wake(keys, now, now + lease) end
    state = string.format('%d', now + lease)
    if kept then kept[#kept + 1] = id .. '@' .. state end
  end
  outcomes[#outcomes + 1] = state
end
if kept and #kept > 0 then report(keys, { 'touched active', table.concat(kept, ' ') }) end
return outcomes

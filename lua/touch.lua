-- Gives leases more time, and notes how far the work is. A lease that ran out is taken up again while the job is nobody else's,
-- and the concurrency of the queue leaves room.
-- keys: active failed holders quiet
-- args: now worker ...fields
-- use: clock rules hold unline save place wake unbar listened report hear
-- worker: who asks, '' if it does not say; fields: id, receipt, lease in ms (0 for the queue's own) and progress as JSON ('' for none) of each job in turn
-- returns: for each job its new deadline in ms, or the code of a refusal; and last 1 if the worker, or one that holds such a job, is to take no more, else 0
unbar(keys)
now = clock(now)
local set, outcomes, kept = rules(keys), {}, listened(keys) and {}
local calm = redis.call('EXISTS', quiet) == 1
local told = calm and worker ~= '' and redis.call('ZSCORE', quiet, worker) and true
hear(keys, worker, now)
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
    local holder = calm and (redis.call('HGET', holders, id) or ''):match(' (.*)$')
    if holder and redis.call('ZSCORE', quiet, holder) then told = true end
  end
  outcomes[#outcomes + 1] = state
end
if kept and #kept > 0 then report(keys, { 'touched active', table.concat(kept, ' ') }) end
outcomes[#outcomes + 1] = told and '1' or '0'
return outcomes

-- Whose delivery a receipt is for. A lease that ran out still counts while the job has been given to nobody else.
-- keys: active completed jobs stats
-- use: load_details member_of make_receipt first_deadline
-- returns: the job's details, with the first deadline of the delivery, and its state for this receipt: active, lapsed or completed; or nil and the refusal
local function verify_receipt (keys, id, given)
  if redis.call('HEXISTS', keys.jobs, id) == 0 then return nil, 'NO_SUCH_JOB' end
  local job = load_details(keys, id)
  local active = redis.call('ZSCORE', keys.active, member_of(id))
  local delivery = job.deliveries or (active and 1) or 0
  local seed = redis.call('HGET', keys.stats, 'seed')
  local began = first_deadline(job, active)
  -- The receipts that version 0.1.0 gave out know of no deadline.
  if given ~= make_receipt(seed, id, delivery, began) and given ~= make_receipt(seed, id, delivery, '') then return nil, 'LEASE_LOST' end
  if began ~= '' then job.first_deadline = began end
  if active then return job, 'active' end
  if job.lapsed then return job, 'lapsed' end
  if redis.call('ZSCORE', keys.completed, member_of(id)) then return job, 'completed' end
  return nil, 'LEASE_LOST'
end

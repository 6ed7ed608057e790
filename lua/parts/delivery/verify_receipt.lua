-- Finds the delivery that a receipt proves. The delivery of an expired lease still counts while the
-- job has not been delivered again.
-- keys: active completed stats
-- use: has_job load_details member_of make_receipt first_deadline
-- returns: the details of the job, with the first deadline of the delivery; nil if it is refused
--   the state of the delivery: 'active', 'lease_expired' or 'completed'; or the code of
--     the error
local function verify_receipt (queue, id, receipt)
  local keys = queue.keys
  if not has_job(queue, id) then return nil, 'NO_SUCH_JOB' end
  local details = load_details(queue, id)
  local active = redis.call('ZSCORE', keys.active, member_of(id))
  local delivery = details.deliveries or (active and 1) or 0
  local seed = redis.call('HGET', keys.stats, 'seed')
  local began = first_deadline(details, active)
  -- The receipts that version 0.1.0 gave out know of no deadline.
  if receipt ~= make_receipt(seed, id, delivery, began) and
    receipt ~= make_receipt(seed, id, delivery, '') then return nil, 'LEASE_LOST' end
  if began ~= '' then details.first_deadline = began end
  if active then return details, 'active' end
  if details.lapsed then return details, 'lease_expired' end
  if redis.call('ZSCORE', keys.completed, member_of(id)) then return details, 'completed' end
  return nil, 'LEASE_LOST'
end

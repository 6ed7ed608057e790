-- Gives a job back as if it had never been delivered. Its receipt is worth nothing from then on.
-- `front`: '1' puts it before all others of its priority, where it came from: no worker has seen
-- it.
-- keys: delayed active expiring holders stats
-- args: now id proof delay front began
-- use: allow_when_full read_clock verify_receipt undo_expiry member_of claim_unique_key fail_job
-- use: enqueue_first enqueue save_details wake_waiter load_policy record_one resolve_dependents
-- rarely: record_attempt resume_attempt
-- returns: 1; 0 if it has failed, for another job has its unique key by now; NO_SUCH_JOB or
--   LEASE_LOST
allow_when_full(queue)
queue.now = read_clock(now)
local is_first, at = front == '1', queue.now + (tonumber(delay) or 0)
local details, state = verify_receipt(queue, id, proof)
if not details or state == 'completed' then return { err = details and 'LEASE_LOST' or state } end
local is_late = state == 'lease_expired'
if is_late then undo_expiry(queue, id, details) end
if is_first and is_late then resume_attempt(queue, id, details) end
if not is_first then
  record_attempt(queue, id, details, 'released', { is_late = is_late, began = began })
end
if is_late and is_first then
  -- What never reached its client was no loss.
  local lost, in_row = details.lost, details.lost_in_row or 1
  details.lost, details.lost_in_row = lost > 1 and lost - 1 or nil, in_row > 1 and in_row - 1 or nil
  redis.call('HINCRBY', stats, 'lost', -1)
end
-- The delivery has ended. Its number stays taken: the next one has another.
redis.call('ZREM', active, member_of(id))
redis.call('HDEL', holders, id)
details.deliveries, details.attempt = details.deliveries or 1, (details.attempt or 1) - 1
if is_first and details.expires then
  redis.call('ZADD', expiring, details.expires, member_of(id))
end
details.expires, details.first_deadline, details.ready_at, details.started = nil, nil, nil, nil
-- A job that is put back unseen has been ready all the time. But when it came back from a failure
-- is not known any more.
if not is_first or details.failures or details.lost then details.since = queue.now end
-- Back to the queue, unless another job has its unique key by now.
local is_duplicate = claim_unique_key(queue, id, details) ~= nil
local what, text = 'released waiting', id
if is_duplicate then
  what = 'released failed'
  fail_job(queue, id, details)
elseif at > queue.now then
  what, text, details.ready_at = 'released delayed', string.format('%s@%d', id, at), at
  redis.call('ZADD', delayed, at, member_of(id))
elseif is_first then
  enqueue_first(queue, id, details)
else
  enqueue(queue, id, details.priority, queue.now)
end
save_details(queue, id, details)
-- Who can take it is told, and who can take another one in its place.
if not is_duplicate then wake_waiter(queue, at) end
local has_left = is_duplicate or at > queue.now
if has_left and load_policy(queue).concurrency then wake_waiter(queue, 0) end
record_one(queue, what, { text })
if queue.memo.ended then resolve_dependents(queue) end
return is_duplicate and 0 or 1

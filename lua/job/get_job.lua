-- Shows one job.
-- keys: active stats
-- args: now id
-- use: read_clock begin_read read_job load_policy load_details member_of identity_of make_receipt
-- use: first_deadline pack_record
-- returns: an empty list if there is no such job; else a list:
--   its identity: tells it from another job of its id, in any generation of the queue
--   the receipt of the delivery that is under way; '' if there is none
--   what read_job returns, then the tries and the keep of the queue
queue.now = read_clock(now)
begin_read(queue, limits.promoted_by_look)
local found = read_job(queue, id)
if not found then return {} end
local policy, details = load_policy(queue), load_details(queue, id)
local seed, score = redis.call('HGET', stats, 'seed'), redis.call('ZSCORE', active, member_of(id))
-- To read the record once more would be to search for it once more.
local identity = seed .. ' ' .. identity_of(pack_record(found[4], ''), details)
local receipt = ''
if score then
  receipt = make_receipt(seed, id, details.deliveries or 1, first_deadline(details, score))
end
found[12], found[13] = policy.tries, policy.keep
return { identity, receipt, unpack(found) }

-- Counts the jobs of a queue, and what has become of those before.
-- keys: ranked expiring jobs details stats retrying
-- args: now
-- use: read_clock begin_read count_states remove_stale id_of is_overdue ready_since load_details
-- use: current_policy load_policy reference_id read_plain read_entries failure_rate index_of_plain
-- returns: a list:
--   waiting, delayed, active, failed and completed jobs
--   how many were processed; failures, lost leases, expired jobs
--   the age in ms of the oldest job that waits; -1 if none does
--   the settings in force, as JSON, times in ms
--   how many jobs have been put in
--   blocked jobs
--   how many failed jobs were discarded
--   how many of the delayed jobs are retrying
--   how many failures there were in the last 60 seconds
queue.now = read_clock(now)
local can_write = begin_read(queue, limits.promoted_by_take)
local counts = count_states(queue)
local has_details = redis.call('EXISTS', details) == 1
local has_expired = redis.call('ZCOUNT', expiring, '-inf', queue.now) > 0
if can_write then remove_stale(queue, 0, limits.heads_read) end
local heads = read_entries(queue, 0, limits.heads_read)
local plain, last, oldest = read_plain(queue, index_of_plain(queue, 0), 1), 0, nil
for i, entry in ipairs(heads) do heads[i], last = reference_id(entry) end
-- A plain job that is not among the first is looked at no more than another.
if #plain > 0 and (#heads < limits.heads_read or last >= plain[1]) then
  oldest = math.min(queue.now, ready_since(plain[2]))
end
for _, member in ipairs(redis.call('ZRANGE', ranked, 0, 0)) do heads[#heads + 1] = id_of(member) end
for _, id in ipairs(counts.waiting > 0 and heads or {}) do
  local record = redis.call('HGET', jobs, id)
  if record and not (has_expired and is_overdue(queue, id)) then
    local since = ready_since(record, has_details and load_details(queue, id))
    oldest = math.min(oldest or queue.now, since)
  end
end
local numbers = redis.call('HMGET', stats, 'processed', 'failed', 'lost', 'expired', 'last_id',
  'discarded')
for i = 1, 6 do numbers[i] = tonumber(numbers[i] or 0) end
local processed, failures, lost, expired, pushed, discarded = unpack(numbers)
local age = oldest and queue.now - oldest or -1
local policy = cjson.encode(can_write and current_policy(queue) or load_policy(queue))
local due = redis.call('ZCOUNT', retrying, '-inf', queue.now)
local retrying_now = redis.call('ZCARD', retrying) - due
return {
  counts.waiting, counts.delayed, counts.active, counts.failed, counts.completed,
  processed, failures, lost, expired, age, policy, pushed, counts.blocked, discarded,
  retrying_now, failure_rate(queue)
}

-- Counts a queue's jobs and what has become of them.
-- keys: ready ranked expiring jobs details stats
-- args: now
-- use: read_clock begin_read load_policy current_policy load_details ready_since remove_stale count_states is_expired
-- returns: waiting, delayed, active, failed, completed; processed, failures, lost and expired; the age in ms of the oldest waiting
--   job, or -1; the settings in force, as JSON, times in ms; how many jobs have been put in; how many wait for others;
--   and how many failed ones have been discarded
now = read_clock(now)
local can_write = begin_read(keys, now, 1000)
local counts = count_states(keys, now)
local over, detailed = redis.call('ZCOUNT', expiring, '-inf', now) > 0, redis.call('EXISTS', details) == 1
local oldest
if can_write then remove_stale(keys, 0, 100) end
local heads = redis.call('LRANGE', ready, 0, 99)
for _, member in ipairs(redis.call('ZRANGE', ranked, 0, 0)) do heads[#heads + 1] = member:sub(2) end
for _, id in ipairs(counts.waiting > 0 and heads or {}) do
  local record = redis.call('HGET', jobs, id)
  if record and not (over and is_expired(keys, id, now)) then oldest = math.min(oldest or now, ready_since(record, detailed and load_details(keys, id))) end
end
local numbers = redis.call('HMGET', stats, 'processed', 'failed', 'lost', 'expired', 'last_id', 'discarded')
for i = 1, 6 do numbers[i] = tonumber(numbers[i] or 0) end
return { counts.waiting, counts.delayed, counts.active, counts.failed, counts.completed, numbers[1], numbers[2], numbers[3], numbers[4],
  oldest and now - oldest or -1, cjson.encode(can_write and current_policy(keys, now) or load_policy(keys)), numbers[5], counts.blocked, numbers[6] }

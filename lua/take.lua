-- Takes jobs out of line: for good, or on lease.
-- keys: ready ranked delayed active failed completed expiring jobs details results holders unique policy stats workers heard given waiters watchers
-- args: now server ...requests
-- use: clock settle hear pick allow reopen deliver wake unbar
-- requests: count, lease in ms ('' for good, 0 for the queue's own) and worker, of each request in turn
-- returns: 1 while the queue is stopped, else 0; in how many ms something may be had (-1: unknown); how many are still in line;
--   then for each request a list: id, payload, created, details of jobs taken for good; id, payload, attempt, receipt, deadline of leased ones
unbar(keys)
now = clock(now)
local _, late = settle(keys, now, 1000)
local set = reopen(keys, now)
local answers, hungry, unsure, again, lapse = {}, false, false, nil, nil
for i = 1, #requests, 3 do
  local count, lease, worker = tonumber(requests[i]), tonumber(requests[i + 1]), requests[i + 2]
  local allowed = 0
  if not set.stopped then allowed, again = allow(keys, set, count, lease, now) end
  local ids, records, kept = {}, {}, {}
  if late then unsure = true elseif allowed > 0 then ids, records, kept, unsure = pick(keys, allowed) end
  if lease == 0 then lease = set.lease end
  answers[#answers + 1] = deliver(keys, ids, records, kept, lease, worker, now)
  if set.rate_limit and #ids > 0 then
    for _ = 1, #ids do redis.call('RPUSH', given, now) end
    redis.call('PEXPIRE', given, set.rate_period)
  end
  hungry = hungry or #ids == 0
  if lease and #ids > 0 then lapse = math.min(lapse or now + lease, now + lease) end
  hear(worker, workers, heard, now)
end
-- For /why; once a second is often enough, and a queue that nobody has used is not brought into being.
local asked = redis.call('HMGET', stats, 'last_id', 'asked_at')
if asked[1] and now - tonumber(asked[2] or 0) >= 1000 then redis.pcall('HSET', stats, 'asked_at', now) end
local left = redis.call('LLEN', ready) + redis.call('ZCARD', ranked)
if unsure then again = now end
if server ~= '' and not unsure then
  -- A server that waits looks every few seconds; one that is gone is forgotten.
  if hungry then
    redis.pcall('ZADD', waiters, now, server)
    redis.call('PEXPIRE', waiters, 60000)
  end
  for _, key in ipairs(set.stopped and {} or { delayed, active }) do
    local at = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
    again = at and math.min(at, again or at) or again
  end
  if set.stopped then again = set.reopens_at end
elseif lapse and tonumber(redis.call('ZRANGE', active, 0, 0, 'WITHSCORES')[2]) >= lapse then
  -- Of an earlier one, those who wait know already.
  wake(keys, now, lapse)
end
return { set.stopped and 1 or 0, again and math.max(0, again - now) or -1, left, unpack(answers) }

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
local shares, wanted, again = {}, 0, nil
if not set.stopped then shares, wanted, again = allow(keys, set, requests, now) end
-- Jobs may stand in line whose time to be taken is over: first those go.
local picked = pick(keys, late and 0 or wanted)
local answers, hungry, lapse, last = {}, false, nil, 0
for i = 1, #requests, 3 do
  local lease, worker, first = tonumber(requests[i + 1]), requests[i + 2], last + 1
  if lease == 0 then lease = set.lease end
  last = math.min(last + (shares[(i + 2) / 3] or 0), #picked.ids)
  answers[#answers + 1] = deliver(keys, picked, first, last, lease, worker, now)
  if last < first then hungry = true elseif lease then lapse = math.min(lapse or now + lease, now + lease) end
  hear(worker, workers, heard, now)
end
if #picked.gone > 0 then
  redis.call('HDEL', jobs, unpack(picked.gone))
  redis.call('HINCRBY', stats, 'processed', #picked.gone)
end
if #picked.leased > 0 then redis.call('ZADD', active, unpack(picked.leased)) end
if set.rate_limit and last > 0 then
  for _ = 1, last do redis.call('RPUSH', given, now) end
  redis.call('PEXPIRE', given, set.rate_period)
end
-- For /why; once a second is often enough, and a queue that nobody has used is not brought into being.
local asked = redis.call('HMGET', stats, 'last_id', 'asked_at')
if asked[1] and now - tonumber(asked[2] or 0) >= 1000 then redis.pcall('HSET', stats, 'asked_at', now) end
local left = redis.call('LLEN', ready) + redis.call('ZCARD', ranked)
local unsure = late or picked.unsure
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

-- Lists the jobs of one state: the waiting in the order in which they will be taken, the others by the time of their state.
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs details reports results holders unique policy stats waiters watchers events listeners
-- args: now state offset limit
-- use: clock settle page document rules fit
-- returns: jobs as lua/parts/document.lua gives them, each with tries and keep of the queue; of the waiting perhaps fewer than asked for, where places have lost their job;
--   of all no more than 8 MiB together
settle(keys, clock(now), 1000)
offset, limit = tonumber(offset), tonumber(limit)
local ids = {}
local function add (range, key, first, last)
  first = math.max(first, 0)
  for _, member in ipairs(page(range, key, first, last - first + 1)) do
    ids[#ids + 1] = member:byte() >= 97 and member:sub(2) or member
  end
end
local last = offset + limit - 1
if state == 'waiting' then
  local urgent, plain = redis.call('ZCOUNT', ranked, '-inf', '(5e13'), redis.call('LLEN', ready)
  add('ZRANGE', ranked, offset, math.min(last, urgent - 1))
  add('LRANGE', ready, offset - urgent, math.min(last - urgent, plain - 1))
  add('ZRANGE', ranked, math.max(offset - plain, urgent), last - plain)
else
  add('ZRANGE', ({ delayed = delayed, blocked = blocked, active = active, failed = failed, completed = completed })[state], offset, last)
end
fit(keys, ids, 8388608, true)
local found, set = {}, rules(keys)
for _, id in ipairs(ids) do
  local job = document(keys, id)
  if job and job[2] == state then
    job[11], job[12] = set.tries, set.keep
    found[#found + 1] = job
  end
end
return found

-- Lists the jobs of one state: the waiting in the order in which they will be taken, the others by the time of their state.
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs details reports results holders unique policy stats waiters watchers events listeners
-- args: now state offset limit order
-- use: clock settle page document rules fit
-- returns: jobs as lua/parts/document.lua gives them, each with tries and keep of the queue; of the waiting perhaps fewer than asked for, where places have lost their job;
--   of all no more than 8 MiB together
settle(keys, clock(now), 1000)
offset, limit = tonumber(offset), tonumber(limit)
local sets = { delayed = delayed, blocked = blocked, active = active, failed = failed, completed = completed }
if order == 'desc' then
  -- The same jobs, counted from the far end.
  local count = state == 'waiting' and redis.call('ZCARD', ranked) + redis.call('LLEN', ready)
  local left = math.max(0, (count or redis.call('ZCARD', sets[state])) - offset)
  offset, limit = math.max(0, left - limit), math.min(limit, left)
end
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
  add('ZRANGE', sets[state], offset, last)
end
if order == 'desc' then
  for i = 1, math.floor(#ids / 2) do ids[i], ids[#ids + 1 - i] = ids[#ids + 1 - i], ids[i] end
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

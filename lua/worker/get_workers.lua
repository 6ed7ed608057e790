-- Describes workers of a queue, 1000 at most.
-- keys: workers heard latest quiet holders
-- args: now ...ids
-- use: read_clock
-- returns: the time in ms; of each worker what it has processed, its failures, and what it told of itself; when in ms it was heard of;
--   what it took last; when in ms it was told to take no more; and the jobs that they hold: the id, and since when and which worker
-- Why the 5000: an answer must not grow with all that is on lease. Of more than that, each worker shows the last job it took.
now = read_clock(now)
if #ids == 0 then return { now, {}, {}, {}, {}, {} } end
local names, wanted, held = {}, {}, {}
for i, id in ipairs(ids) do
  names[3 * i - 2], names[3 * i - 1], names[3 * i] = 'processed:' .. id, 'failed:' .. id, 'about:' .. id
  wanted[id] = true
end
local last = redis.call('HMGET', latest, unpack(ids))
if redis.call('HLEN', holders) <= 5000 then
  local all = redis.call('HGETALL', holders)
  for i = 2, #all, 2 do
    if wanted[all[i]:match(' (.*)$')] then held[#held + 1], held[#held + 2] = all[i - 1], all[i] end
  end
else
  for i, id in ipairs(ids) do
    local job = (last[i] or ''):match(' lease (%d+)$')
    local holder = job and redis.call('HGET', holders, job)
    if holder and holder:match(' (.*)$') == id then held[#held + 1], held[#held + 2] = job, holder end
  end
end
local silent = redis.call('EXISTS', quiet) == 1 and redis.call('ZMSCORE', quiet, unpack(ids)) or {}
return { now, redis.call('HMGET', workers, unpack(names)), redis.call('ZMSCORE', heard, unpack(ids)), last, silent, held }

-- Describes workers of a queue, 1000 at most.
-- keys: workers heard latest quiet holders
-- args: now ...ids
-- use: read_clock
-- returns: a list:
--   the time in ms
--   of each worker how many jobs it has processed, its failures, and what it told of itself
--   when it was heard of, in ms
--   what it took last
--   when it was made quiet, in ms
--   the jobs that the workers hold: of each its id, and since when and which worker holds it
-- Why: an answer must not grow with all jobs on lease. Where more than 5000 have a holder, each
-- worker shows the last job that it took.
queue.now = read_clock(now)
if #ids == 0 then return { queue.now, {}, {}, {}, {}, {} } end
local names, wanted, held = {}, {}, {}
for i, id in ipairs(ids) do
  names[3 * i - 2], names[3 * i - 1] = 'processed:' .. id, 'failed:' .. id
  names[3 * i], wanted[id] = 'about:' .. id, true
end
local last = redis.call('HMGET', latest, unpack(ids))
if redis.call('HLEN', holders) <= limits.holders_read then
  local all = redis.call('HGETALL', holders)
  for i = 2, #all, 2 do
    if wanted[all[i]:match(' (.*)$')] then
      held[#held + 1], held[#held + 2] = all[i - 1], all[i]
    end
  end
else
  for i, id in ipairs(ids) do
    local job = (last[i] or ''):match(' lease (%d+)$')
    local holder = job and redis.call('HGET', holders, job)
    if holder and holder:match(' (.*)$') == id then
      held[#held + 1], held[#held + 2] = job, holder
    end
  end
end
local is_quiet = redis.call('EXISTS', quiet) == 1
local quiet_since = is_quiet and redis.call('ZMSCORE', quiet, unpack(ids)) or {}
local counts = redis.call('HMGET', workers, unpack(names))
return { queue.now, counts, redis.call('ZMSCORE', heard, unpack(ids)), last, quiet_since, held }

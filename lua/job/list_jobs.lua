-- Lists the jobs of one state: the waiting in the order in which they will be taken, the others by the time of their state.
-- keys: ready ranked delayed active failed completed blocked
-- args: now state offset limit order sound payload_max
-- use: read_clock begin_read expire_jobs read_range read_job load_policy truncate_ids remove_stale count_stale
-- sound: '' for the first call, or what the last one returned; anyhow to list what there is by now
-- returns: '' and jobs as lua/parts/record/read_job.lua gives them, each with tries and keep of the queue, of all no more than 8 MiB together;
--   or how many entries of the ready list have been looked through, and the id of the last one, if another call is to go on from there;
--   '0 0' if more is due than one call deals with
--   A payload of more bytes than `payload_max` is cut there, and its size follows the job.
now = read_clock(now)
local can_write, crowded, late = begin_read(keys, now, 1000)
for _ = 1, 9 do late = late and expire_jobs(keys, now) end
if sound ~= 'anyhow' and (late or (crowded and state == 'waiting')) then return { '0 0' } end
offset, limit = tonumber(offset), tonumber(limit)
local sets = { delayed = delayed, blocked = blocked, active = active, failed = failed, completed = completed }
-- What is due is not delayed any more, and what is over is not there.
local past = (state == 'delayed' or state == 'completed') and redis.call('ZCOUNT', sets[state], '-inf', now) or 0
if order == 'desc' then
  -- The same jobs, counted from the far end.
  local count = state == 'waiting' and redis.call('ZCARD', ranked) + count_stale(keys)
  local left = math.max(0, (count or redis.call('ZCARD', sets[state]) - past) - offset)
  offset, limit = math.max(0, left - limit), math.min(limit, left)
end
offset = offset + past
local ids = {}
-- Where that id stands now: jobs before it may have been taken meanwhile.
local function sound_from (known)
  local count, id = known:match('^([1-9]%d*) (%d+)$')
  return count and (redis.call('LPOS', ready, id, 'MAXLEN', count) or -1) + 1 or 0
end
local function add (range, key, first, last)
  first = math.max(first, 0)
  for _, member in ipairs(read_range(range, key, first, last - first + 1)) do
    ids[#ids + 1] = member:byte() >= 97 and member:sub(2) or member
  end
end
local last = offset + limit - 1
if state == 'waiting' then
  -- Without writes some entries of the line are stale: the pages may be short then.
  local urgent, plain = redis.call('ZCOUNT', ranked, '-inf', '(5e13'), count_stale(keys)
  if can_write and last >= urgent and offset < urgent + plain then
    local from, is_done = remove_stale(keys, sound_from(sound), last - urgent + 1)
    if not is_done then return { from .. ' ' .. (from > 0 and redis.call('LINDEX', ready, from - 1) or 0) } end
  end
  add('ZRANGE', ranked, offset, math.min(last, urgent - 1))
  add('LRANGE', ready, offset - urgent, math.min(last - urgent, plain - 1))
  add('ZRANGE', ranked, math.max(offset - plain, urgent), last - plain)
else
  add('ZRANGE', sets[state], offset, last)
end
if order == 'desc' then
  for i = 1, math.floor(#ids / 2) do ids[i], ids[#ids + 1 - i] = ids[#ids + 1 - i], ids[i] end
end
truncate_ids(keys, ids, 8388608, true)
local found, set = { '' }, load_policy(keys)
for _, id in ipairs(ids) do
  local job = read_job(keys, id, now)
  if job and job[2] == state then
    job[11], job[12] = set.tries, set.keep
    local most, size = tonumber(payload_max), #job[5]
    if most and size > most then job[5], job[13] = job[5]:sub(1, most), size end
    found[#found + 1] = job
  end
end
return found

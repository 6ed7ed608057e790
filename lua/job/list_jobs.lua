-- Lists the jobs of one state: those that wait in the order in which they will be taken, the others
-- by the time of their state.
-- keys: ranked delayed active failed completed blocked retrying
-- args: now state offset limit order checked payload_max
--   checked: '' in the first call, then what the last one returned; 'anyhow' lists what there is by
--     now
--   payload_max: the bytes after which a payload is cut; its size then follows the job
-- use: read_clock begin_read delete_overdue count_stale check_entries list_waiting read_range id_of
-- use: count_plain truncate_ids describe_jobs
-- returns: a list:
--   '', then jobs as describe_jobs returns them, of all no more than 8 MiB together
--   or only how many entries of the ready list are known to be current, and the id of the last of
--     them, where another call is to go on from there; '0 0' if more is due than a call deals with
queue.now = read_clock(now)
local can_write, more_due, more_expired = begin_read(queue, limits.promoted_by_take)
for _ = 1, 9 do more_expired = more_expired and delete_overdue(queue) end
local is_late = more_expired or (more_due and state == 'waiting')
if checked ~= 'anyhow' and is_late then return { '0 0' } end
local sets = { delayed = delayed, blocked = blocked, active = active, failed = failed }
sets.completed, sets.retrying = completed, retrying
local key, is_waiting, is_desc = sets[state], state == 'waiting', order == 'desc'
-- A job that is due is not delayed any more, and one whose time is over is not there.
local over = 0
if state == 'delayed' or state == 'retrying' or state == 'completed' then
  over = redis.call('ZCOUNT', key, '-inf', queue.now)
end
-- Which part of them the page is.
local first, count = tonumber(offset), tonumber(limit)
if is_desc then
  -- The same jobs, counted from the other end.
  local all = is_waiting and
    redis.call('ZCARD', ranked) + count_stale(queue) + count_plain(queue)
  local left = math.max(0, (all or redis.call('ZCARD', key) - over) - first)
  first, count = math.max(0, left - count), math.min(count, left)
end
-- Their ids, in the order that is asked for.
local ids = {}
if is_waiting then
  -- Without writes some entries are stale: the pages may be short then.
  if can_write then
    local current, last_id = check_entries(queue, first, count, checked)
    if current then return { current .. ' ' .. last_id } end
  end
  ids = list_waiting(queue, first, count, is_desc)
else
  for i, member in ipairs(read_range('ZRANGE', key, first + over, count)) do
    ids[i] = id_of(member)
  end
end
if is_desc and not is_waiting then
  for i = 1, math.floor(#ids / 2) do ids[i], ids[#ids + 1 - i] = ids[#ids + 1 - i], ids[i] end
end
-- The jobs themselves, as many as an answer may hold.
truncate_ids(queue, ids, limits.answer_bytes, true)
local kind = state == 'retrying' and 'delayed' or state
return { '', unpack(describe_jobs(queue, ids, kind, tonumber(payload_max))) }

-- Deletes jobs whatever they are doing: one by its id, or many of one state, the oldest first.
-- keys: ready references ranked delayed failed completed blocked retrying
-- args: now id state limit start left filter ...members
--   id: '' for many jobs of a state
--   start, left: what the last call returned; '' for the first one
--   filter: which of them, see lua/WIRE.md; '' for all
--   members: the jobs on lease that the last call left over
-- use: allow_when_full read_clock run_due has_job is_overdue begin_bulk delete_job remove_entry
-- use: parse_filter
-- use: announce_end load_details drain_active drain_ready drain_plain drain_sorted record_one
-- use: resolve_dependents load_policy wake_waiter
-- rarely: is_retrying is_grouped drain_waiting
-- returns: a list, or NO_SUCH_JOB for a single job that is not there:
--   how many are deleted
--   1 if another call has more to do, else 0
--   `start` for that call
--   `left` for that call
--   the members of the jobs on lease that are left over
allow_when_full(queue)
queue.now = read_clock(now)
run_due(queue, limits.promoted_by_look)
if id ~= '' and (not has_job(queue, id) or is_overdue(queue, id)) then
  return { err = 'NO_SUCH_JOB' }
end
local wanted = parse_filter(filter)
local most, begin = tonumber(limit) or 0, begin_bulk(queue, start, wanted)
local dropped, links, has_more, over = {}, 0, false, {}
local function drop (number, details)
  if wanted.error then
    if not is_grouped(queue, number, state) then return false end
  elseif state == 'retrying' and not is_retrying(queue, number) then
    return false
  end
  local dependencies, has_entry = delete_job(queue, number, details)
  if has_entry and id ~= '' then remove_entry(queue, number) end
  announce_end(queue, number, 'cancelled')
  links, dropped[#dropped + 1] = links + (dependencies or 0), number
  -- The next call goes on. Only blocked jobs have links.
  return #dropped >= most or links >= limits.links_at_once
end
local is_filtered = next(wanted) ~= nil
if id ~= '' then
  drop(id, load_details(queue, id))
elseif state == 'active' then
  if most > 0 then has_more, left, over = drain_active(queue, members, left, begin, drop) end
elseif state == 'waiting' and is_filtered then
  if most > 0 then has_more, left = drain_waiting(queue, most, left, begin, drop) end
elseif state == 'waiting' then
  local last
  has_more = drain_ready(queue, ready, most, begin, drop)
  if not has_more then has_more, last = drain_ready(queue, references, most, begin, drop) end
  has_more = has_more or drain_plain(queue, most, begin, drop, last)
end
if id == '' and state ~= 'active' and not (state == 'waiting' and (is_filtered or has_more)) then
  local sets = { waiting = ranked, delayed = delayed, blocked = blocked, failed = failed }
  sets.completed, sets.retrying = completed, retrying
  has_more, left = drain_sorted(queue, sets[state], state, most, left, begin, drop)
end
record_one(queue, 'cancelled gone', dropped)
if queue.memo.ended then resolve_dependents(queue) end
if #dropped > 0 and load_policy(queue).concurrency then wake_waiter(queue, 0) end
local next_start = string.format('%d %d', begin.at, begin.last)
return { #dropped, has_more and 1 or 0, next_start, tostring(left), over }

-- Removes jobs whatever they are doing: one by its id, or many of one state, the oldest first.
-- keys: ranked delayed failed completed blocked jobs
-- args: now id state limit start left ...members
-- use: read_clock run_due is_expired begin_bulk drain_ready drain_sorted drain_active load_policy load_details delete_job remove_entry announce_end wake_waiter allow_when_full is_recording record_events resolve_dependents
-- start, left: as the last call returned them, '' for the first; members: of the jobs on lease those that it left over
-- returns: how many are gone; and of many jobs 1 if another call has more to do, what it is to be given as `start` and `left`, and the members
--   of the jobs on lease that are left over; NO_SUCH_JOB for a single one that is not there
allow_when_full(keys)
now, limit = read_clock(now), tonumber(limit) or 0
run_due(keys, now, 100)
if id ~= '' and (redis.call('HEXISTS', jobs, id) == 0 or is_expired(keys, id, now)) then return { err = 'NO_SUCH_JOB' } end
local begin, count, dropped, links, more, over = begin_bulk(keys, start, now), 0, {}, 0, false, {}
local function drop (number, job)
  local waited_for, is_left = delete_job(keys, number, job)
  links = links + (waited_for or 0)
  if is_left and id ~= '' then remove_entry(keys, number) end
  announce_end(keys, number, 'cancelled', now)
  count, dropped[count + 1] = count + 1, number
  -- The next call goes on. Only blocked ones have links.
  return count >= limit or links >= 250
end
if id ~= '' then
  drop(id, load_details(keys, id))
elseif state == 'active' then
  if limit > 0 then more, left, over = drain_active(keys, members, left, drop) end
elseif state == 'waiting' and drain_ready(keys, limit, begin, now, drop) then
  more = true
else
  local sets = { waiting = ranked, delayed = delayed, blocked = blocked, failed = failed, completed = completed }
  more, left = drain_sorted(keys, sets[state], state, limit, left, begin, now, drop)
end
if count > 0 and is_recording(keys) then record_events(keys, { 'cancelled gone', table.concat(dropped, ' ') }) end
if keys[3] then resolve_dependents(keys, now) end
if count > 0 and load_policy(keys).concurrency then wake_waiter(keys, now, 0) end
return { count, more and 1 or 0, string.format('%d %d', begin.at, begin.last), tostring(left), over }

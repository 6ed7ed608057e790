-- Removes jobs whatever they are doing: one by its id, or many of one state, the oldest first.
-- keys: ranked delayed failed completed blocked jobs
-- args: now id state limit start left ...members
-- use: clock settle is_over begun drain_ready drain_sorted drain_active rules detail remove drop_entry finished wake unbar listened report unblock
-- start, left: as the last call returned them, '' for the first; members: of the jobs on lease those that it left over
-- returns: how many are gone; and of many jobs 1 if another call has more to do, what it is to be given as `start` and `left`, and the members
--   of the jobs on lease that are left over; NO_SUCH_JOB for a single one that is not there
unbar(keys)
now, limit = clock(now), tonumber(limit) or 0
settle(keys, now, 100)
if id ~= '' and (redis.call('HEXISTS', jobs, id) == 0 or is_over(keys, id, now)) then return { err = 'NO_SUCH_JOB' } end
local begin, count, dropped, links, more, over = begun(keys, start, now), 0, {}, 0, false, {}
local function drop (number, job)
  local waited_for, is_left = remove(keys, number, job)
  links = links + (waited_for or 0)
  if is_left and id ~= '' then drop_entry(keys, number) end
  finished(keys, number, 'cancelled', now)
  count, dropped[count + 1] = count + 1, number
  -- The next call goes on. Only blocked ones have links.
  return count >= limit or links >= 250
end
if id ~= '' then
  drop(id, detail(keys, id))
elseif state == 'active' then
  if limit > 0 then more, left, over = drain_active(keys, members, left, drop) end
elseif state == 'waiting' and drain_ready(keys, limit, begin, now, drop) then
  more = true
else
  local sets = { waiting = ranked, delayed = delayed, blocked = blocked, failed = failed, completed = completed }
  more, left = drain_sorted(keys, sets[state], state, limit, left, begin, now, drop)
end
if count > 0 and listened(keys) then report(keys, { 'cancelled gone', table.concat(dropped, ' ') }) end
if keys[3] then unblock(keys, now) end
if count > 0 and rules(keys).concurrency then wake(keys, now, 0) end
return { count, more and 1 or 0, string.format('%d %d', begin.at, begin.last), tostring(left), over }

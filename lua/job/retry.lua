-- Lets failed or delayed jobs run now: one by its id, or many of one state, the oldest first. A
-- failed job gets all its tries again.
-- keys: delayed active failed completed blocked retrying grouped
-- args: now id state limit start left fingerprint
--   id: '' for many jobs of a state
--   fingerprint: of an error group, for the failed or the retrying jobs of it; '' for all
--   start, left: what the last call returned; '' for the first one
-- use: allow_when_full read_clock run_due begin_bulk member_of read_range resume_index is_overdue
-- use: load_details id_of state_since is_newer claim_unique_key save_details redrive_job retry_now
-- use: has_job wake_waiter record_states resolve_dependents leave_delayed
-- rarely: is_retrying group_members is_grouped
-- returns: a list:
--   how many jobs wait now that did not, in the ready queue or for others
--   1 if another call has more to do, else 0
--   `start` for that call
--   `left` for that call
--   how many stay failed, for another job has their unique key by now
--   NO_SUCH_JOB, JOB_ON_LEASE, JOB_COMPLETED, JOB_BLOCKED or JOB_DUPLICATE for a single job
allow_when_full(queue)
queue.now = read_clock(now)
run_due(queue, limits.promoted_by_look)
local sets, is_one = { failed = failed, retrying = retrying }, id ~= ''
local from = sets[state] or delayed
local begin, members = begin_bulk(queue, start), { member_of(id) }
if fingerprint ~= '' then
  from = grouped
  members = group_members(queue, fingerprint, state, tonumber(limit) or 0, left)
elseif not is_one then
  members = read_range('ZRANGE', from, resume_index(from, left), tonumber(limit) or 0)
elseif not has_job(queue, id) or is_overdue(queue, id) then
  return { err = 'NO_SUCH_JOB' }
elseif redis.call('ZSCORE', active, members[1]) then
  return { err = 'JOB_ON_LEASE' }
elseif redis.call('ZSCORE', completed, members[1]) then
  return { err = 'JOB_COMPLETED' }
elseif redis.call('ZSCORE', blocked, members[1]) then
  return { err = 'JOB_BLOCKED ' .. load_details(queue, id).depends }
end
local lists, links, duplicates, other = { waiting = {}, blocked = {} }, 0, 0, nil
for _, member in ipairs(members) do
  if links >= limits.links_redriven then break end -- The next call goes on.
  local number = id_of(member)
  local details = load_details(queue, number)
  local is_left = not is_one and
    is_newer(queue, number, state_since(queue, number, state, details), begin)
  local is_gone = fingerprint ~= '' and not is_grouped(queue, number, state)
  local failed_at = not is_gone and redis.call('ZSCORE', failed, member)
  other = failed_at and not is_left and claim_unique_key(queue, number, details)
  if other then
    duplicates, is_left = duplicates + 1, true
    save_details(queue, number, details)
  end
  local to
  if is_left and not is_gone then
    left = (redis.call('ZSCORE', from, member) or failed_at) .. ' ' .. member
  elseif failed_at then
    local count, is_blocked = redrive_job(queue, number, details)
    links, to = links + count, is_blocked and 'blocked' or 'waiting'
  elseif not is_gone and (state ~= 'retrying' or is_retrying(queue, number)) and
    leave_delayed(queue, number) then
    retry_now(queue, number, details)
    to = 'waiting'
  end
  if to then table.insert(lists[to], number) end
end
for _ = 1, math.min(#lists.waiting, limits.woken_at_once) do wake_waiter(queue, 0) end
record_states(queue, 'retried', lists)
if queue.memo.ended then resolve_dependents(queue) end
if is_one and other then return { err = 'JOB_DUPLICATE ' .. other } end
local next_start = string.format('%d %d', begin.at, begin.last)
local has_more = not is_one and #members > 0
local count = #lists.waiting + #lists.blocked
return { count, has_more and 1 or 0, next_start, left, duplicates }

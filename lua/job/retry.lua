-- Lets failed or delayed jobs run now: one by its id, or many of one state, the oldest first. A
-- failed job gets all its tries again.
-- keys: delayed failed retrying
-- args: now id state limit start left filter
--   id: '' for many jobs of a state
--   filter: which of them, see lua/WIRE.md; '' for all
--   start, left: what the last call returned; '' for the first one
-- use: allow_when_full read_clock run_due begin_bulk parse_filter next_members member_of
-- use: load_details id_of is_left claim_unique_key save_details redrive_job retry_now
-- use: wake_waiter record_states resolve_dependents leave_delayed
-- rarely: is_retrying is_grouped refuse_retry
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
local most, from = tonumber(limit) or 0, sets[state] or delayed
local begin, members = begin_bulk(queue, start, parse_filter(filter)), { member_of(id) }
local refusal = is_one and refuse_retry(queue, id)
if refusal then return { err = refusal } end
if not is_one then
  members, from = next_members(queue, from, state, most, left, begin.filter)
end
local lists, links, duplicates, other = { waiting = {}, blocked = {} }, 0, 0, nil
local count, memo = 0, queue.memo
for _, member in ipairs(members) do
  -- The next call goes on.
  local is_enough = not is_one and
    (count >= most or (memo.bytes_read or 0) >= limits.slice_bytes)
  if links >= limits.links_redriven or is_enough then break end
  local number = id_of(member)
  local details = load_details(queue, number)
  local is_gone = begin.filter.error and not is_grouped(queue, number, state)
  local stays = not is_one and not is_gone and is_left(queue, number, state, details, begin)
  local failed_at = not is_gone and redis.call('ZSCORE', failed, member)
  other = failed_at and not stays and claim_unique_key(queue, number, details)
  if other then
    duplicates, stays = duplicates + 1, true
    save_details(queue, number, details)
  end
  local to
  if stays then
    left = (redis.call('ZSCORE', from, member) or failed_at) .. ' ' .. member
  elseif failed_at then
    local added, is_blocked = redrive_job(queue, number, details)
    links, to = links + added, is_blocked and 'blocked' or 'waiting'
  elseif not is_gone and (state ~= 'retrying' or is_retrying(queue, number)) and
    leave_delayed(queue, number) then
    retry_now(queue, number, details)
    to = 'waiting'
  end
  if to then
    table.insert(lists[to], number)
    count = count + 1
  end
end
for _ = 1, math.min(#lists.waiting, limits.woken_at_once) do wake_waiter(queue, 0) end
record_states(queue, 'retried', lists)
if memo.ended then resolve_dependents(queue) end
if is_one and other then return { err = 'JOB_DUPLICATE ' .. other } end
local next_start = string.format('%d %d', begin.at, begin.last)
local has_more = not is_one and #members > 0
return { count, has_more and 1 or 0, next_start, left, duplicates }

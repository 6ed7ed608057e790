-- Ends the way of a batch of jobs to another queue: those that it has not taken come back.
-- keys: moving failed delayed retrying grouped
-- args: now id batch outcomes
--   outcomes: what receive_jobs has returned
-- use: allow_when_full read_clock load_operation save_operation set_state member_of
-- rarely: restore_packed record_states resolve_dependents
-- returns: 1; 0 if the batch has been settled
allow_when_full(queue)
queue.now = read_clock(now)
local operation = load_operation(queue, id)
if not operation or not operation.moving or operation.batch ~= tonumber(batch) then return 0 end
local counts, where, lists, is_full = operation.counts, operation.where, {}, false
local sets = { failed = failed, delayed = delayed, retrying = retrying }
local key = where.error and grouped or sets[where.state]
local function come_back (job, field)
  local state, event = restore_packed(queue, redis.call('HGET', moving, field))
  if not state then return end
  lists[state] = lists[state] or {}
  table.insert(lists[state], event)
  local score = key and redis.call('ZSCORE', key, member_of(job))
  -- The next step goes on behind it.
  if score and not is_full then operation.left = score .. ' ' .. member_of(job) end
end
local n = 0
for outcome in outcomes:gmatch('%l+') do
  n = n + 1
  local job = operation.moving[n]
  local field = operation.id .. ':' .. job
  is_full = is_full or outcome == 'full'
  if outcome == 'new' then
    counts.done = counts.done + 1
  else
    if outcome ~= 'full' then counts.duplicates = counts.duplicates + 1 end
    come_back(job, field)
  end
  redis.call('HDEL', moving, field)
end
operation.moving = nil
if is_full and operation.state == 'running' then
  set_state(queue, operation, 'stopped')
  operation.stopped = 'full'
end
save_operation(queue, operation)
record_states(queue, 'restored', lists)
if queue.memo.ended then resolve_dependents(queue) end
return 1

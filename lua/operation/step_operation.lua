-- Carries an operation on by a step: some jobs, as its rate allows.
-- args: now id
-- use: allow_when_full read_clock run_due load_operation save_operation is_under_way
-- use: check_outcomes operation_rate set_state
-- rarely: retry_some delete_some move_some moving_batch undo_some resolve_dependents
-- returns: a list:
--   in how many ms the next step follows; -1 if there is none by itself
--   what moving_batch returns, if jobs are on their way to another queue
allow_when_full(queue)
queue.now = read_clock(now)
run_due(queue, limits.promoted_by_look)
local operation = load_operation(queue, id)
if not operation then return { -1 } end
check_outcomes(queue, operation)
local pause = -1
local function let_go ()
  local trial, counts = operation.trial, operation.counts
  local room, done, seen
  room, pause = operation_rate(queue, operation)
  if room == 0 then return end
  local acts = { retry = retry_some, delete = delete_some, move = move_some }
  done, seen = acts[operation['do']](queue, operation, room)
  -- A job that is moved counts when the other queue has it.
  if not operation.moving then counts.done = counts.done + done end
  operation.paced_at = operation.paced_at + done * 1000 / operation.rate
  if operation.state == 'canary' then
    trial.sent, trial.since = trial.sent + done, queue.now
    -- All that there are have gone.
    if seen == 0 then trial.jobs = trial.sent end
    check_outcomes(queue, operation)
  elseif seen == 0 then
    set_state(queue, operation, 'completed')
  end
  -- It goes on searching.
  if done == 0 and seen > 0 then pause = limits.operation_search_ms end
end
local function undo ()
  local back, seen = undo_some(queue, operation)
  operation.counts.restored = operation.counts.restored + back
  pause = limits.operation_search_ms
  if seen == 0 then set_state(queue, operation, 'undone') end
end
if operation.moving then
  pause = limits.operation_search_ms
elseif operation.state == 'undoing' then
  undo()
elseif is_under_way(operation) then
  let_go()
end
save_operation(queue, operation)
if queue.memo.ended then resolve_dependents(queue) end
if operation.moving then return { pause, unpack(moving_batch(queue, operation)) } end
return { is_under_way(operation) and pause or -1 }

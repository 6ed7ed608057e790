-- Pauses, resumes, aborts or undoes an operation.
-- args: now id verb
-- use: allow_when_full read_clock load_operation save_operation set_state begin_round
-- returns: a list, or NO_SUCH_OPERATION:
--   1; 0 if an operation in its state cannot do that
--   its JSON as it is now
allow_when_full(queue)
queue.now = read_clock(now)
local operation = load_operation(queue, id)
if not operation then return { err = 'NO_SUCH_OPERATION' } end
local state, is_done = operation.state, true
local is_going = state == 'canary' or state == 'running'
local is_open = is_going or state == 'paused' or state == 'stopped'
local can_undo = is_open and not is_going or state == 'aborted' or state == 'completed'
if verb == 'pause' and is_going then
  operation.paused = state
  set_state(queue, operation, 'paused')
elseif verb == 'resume' and state == 'paused' then
  operation.paced_at = queue.now
  set_state(queue, operation, operation.paused)
elseif verb == 'resume' and state == 'stopped' and operation.canary then
  begin_round(queue, operation)
elseif verb == 'resume' and state == 'stopped' then
  operation.paced_at, operation.stopped = queue.now, nil
  set_state(queue, operation, 'running')
elseif verb == 'undo' and operation['do'] == 'delete' and can_undo then
  operation.left = ''
  set_state(queue, operation, 'undoing')
elseif verb == 'abort' and is_open then
  set_state(queue, operation, 'aborted')
else
  -- To ask once more for what holds already is no error.
  local holds = { pause = state == 'paused', resume = is_going }
  is_done = holds[verb] or (verb == 'abort' and state == 'aborted')
end
save_operation(queue, operation)
return { is_done and 1 or 0, cjson.encode(operation) }

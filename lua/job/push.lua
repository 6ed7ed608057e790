-- Puts jobs in: into the ready queue, or among the delayed until they are due.
-- keys: stats
-- args: now seed worker failures together plain ...fields
--   seed: of the queue, if it has none yet
--   worker, failures: the jobs are the failures of this worker; '' for each if they are not
--   together: how many jobs there are, if it is to be all or none; '' where each stands for itself
--   plain: '1' where nothing about any job is not default
--   fields: the payload of each job, and before it, unless the job is plain, a text: '#', its due
--     time in ms ('+' and ms from now; '' for now), a space, and its options as JSON
-- use: read_clock run_due job_capacity is_recording enqueue_plain wake_waiter
-- rarely: key_capacity find_idempotent insert_job record_pushed count_failed_push
-- returns: with spaces between, the id and the outcome of each job: new, exists, ignored, replaced,
--   replayed, conflict, full, unkept, or unknown with the id that it cannot depend on; for many
--   new jobs in a row the id of the first and their number; QUEUE_FULL for all together
-- Why: the first write adds, so that a full Redis refuses the whole push; run_due begins by
-- removing.
queue.now = read_clock(now)
redis.call('HINCRBY', stats, 'last_id', 0)
local is_crowded = run_due(queue, limits.promoted_by_push)
local room = job_capacity(queue)
if together ~= '' and tonumber(together) > room then return { err = 'QUEUE_FULL' } end
local outcomes, added, due_next, run, about = {}, 0, math.huge, {}, nil
local dues = is_recording(queue) and {}
local function note (id, outcome, due)
  outcomes[#outcomes + 1], outcomes[#outcomes + 2] = id, outcome
  if outcome == 'new' or outcome == 'replaced' then
    added, due_next = added + 1, math.min(due_next, tonumber(due) or math.huge)
  end
  if dues and (tonumber(due) or math.huge) > queue.now then dues[id] = due end
end
local function push_run ()
  if #run == 0 then return end
  outcomes[#outcomes + 1] = string.format('%d %d', enqueue_plain(queue, run, seed), #run)
  added, due_next, room, run = added + #run, 0, room - #run, {}
end
local function push_one (payload)
  local due, text = (about or '# {}'):match('^#(%S*) (.*)$')
  local options = cjson.decode(text)
  due = due:sub(1, 1) == '+' and queue.now + tonumber(due) or tonumber(due) or 0
  -- Behind the jobs that are due and had to be left for the next call.
  if is_crowded and due <= queue.now then due = queue.now + limits.behind_ms end
  local id, outcome, state
  if options.idempotency then
    id, outcome = find_idempotent(queue, options)
    if not id and key_capacity(queue) <= 0 then id, outcome = '0', 'unkept' end
  end
  if not id then id, outcome, state = insert_job(queue, payload, due, options, room, seed) end
  note(id, outcome, state or due)
  if outcome == 'new' then room = room - 1 end
end
if plain == '1' and not is_crowded and room >= #fields and #fields <= limits.batch then
  run, fields = fields, {}
end
for _, field in ipairs(fields) do
  if field:byte() == limits.options_byte then
    about = field
  elseif not about and not is_crowded and room > #run then
    run[#run + 1] = field
    if #run == limits.batch then push_run() end
  else
    push_run()
    push_one(field)
    about = nil
  end
end
push_run()
for _ = 1, due_next < math.huge and math.min(added, limits.woken_at_once) or 0 do
  if not wake_waiter(queue, due_next) then break end
end
if added > 0 and failures ~= '' then count_failed_push(queue, worker, failures) end
local reply = table.concat(outcomes, ' ')
if dues then record_pushed(queue, reply, dues) end
return reply

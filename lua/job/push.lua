-- Puts jobs in: into line, or among the delayed until they are due.
-- keys: stats workers
-- args: now seed worker failures together plain ...fields
-- use: read_clock job_capacity key_capacity run_due wake_waiter mark_worker_seen find_idempotent insert_job enqueue_plain is_recording record_pushed
-- seed: of the queue, should it have none yet
-- together: how many jobs there are, if it is to be all or none; '' where each stands for itself
-- plain: 1 where nothing about any is not default
-- fields: the payload of each job, and before it, unless it is plain: '#', its due time in ms ('+' and ms from now, '' for now),
--   a space, and its options as JSON
-- returns: with spaces between, id and outcome of each job: 'new', or 'exists' 'ignored' 'replaced' 'replayed' 'conflict' 'full' 'unkept', or 'unknown' with the id
--   that it cannot depend on; or for many new ones in a row the id of the first, and how many; QUEUE_FULL for all together
now = read_clock(now)
-- The first write adds, so that a full Redis refuses the whole push: what time has brought due begins by removing.
redis.call('HINCRBY', stats, 'last_id', 0)
local crowded = run_due(keys, now, 100)
local room = job_capacity(keys, now)
if together ~= '' and tonumber(together) > room then return { err = 'QUEUE_FULL' } end
local outcomes, added, due_next, run, about, dues = {}, 0, math.huge, {}, nil, is_recording(keys) and {}
local function note (id, outcome, due)
  outcomes[#outcomes + 1], outcomes[#outcomes + 2] = id, outcome
  if outcome == 'new' or outcome == 'replaced' then added, due_next = added + 1, math.min(due_next, tonumber(due) or math.huge) end
  if dues and (tonumber(due) or math.huge) > now then dues[id] = due end
end
local function append_run ()
  if #run == 0 then return end
  outcomes[#outcomes + 1] = string.format('%d %d', enqueue_plain(keys, run, now, seed), #run)
  added, due_next, room, run = added + #run, 0, room - #run, {}
end
if plain == '1' and not crowded and room >= #fields and #fields <= 1000 then run, fields = fields, {} end
for _, field in ipairs(fields) do
  if field:byte() == 35 then
    about = field
  elseif not about and not crowded and room > #run then
    run[#run + 1] = field
    if #run == 1000 then append_run() end
  else
    append_run()
    local due, options = (about or '# {}'):match('^#(%S*) (.*)$')
    due, options, about = due:sub(1, 1) == '+' and now + tonumber(due) or tonumber(due) or 0, cjson.decode(options), nil
    -- Behind those that are due and had to be left for later.
    if crowded and due <= now then due = now + 0.5 end
    local id, outcome, state = find_idempotent(keys, options, now)
    if not id and options.idempotency and key_capacity(keys) <= 0 then id, outcome = '0', 'unkept' end
    if not id then id, outcome, state = insert_job(keys, field, due, options, room, now, seed) end
    note(id, outcome, state or due)
    if outcome == 'new' then room = room - 1 end
  end
end
append_run()
for _ = 1, due_next < math.huge and math.min(added, 10) or 0 do
  if not wake_waiter(keys, now, due_next) then break end
end
if added > 0 and failures ~= '' then
  redis.call('HINCRBY', stats, 'failed', failures)
  if worker ~= '' then redis.call('HINCRBY', workers, 'failed:' .. worker, failures) end
  mark_worker_seen(keys, worker, now)
end
outcomes = table.concat(outcomes, ' ')
if dues then record_pushed(keys, outcomes, dues) end
return outcomes

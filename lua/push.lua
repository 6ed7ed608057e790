-- Puts jobs in: into line, or among the delayed until they are due.
-- keys: ready ranked delayed active failed completed expiring jobs details results holders unique policy stats workers heard idempotency remembered waiters watchers
-- args: now worker failures together ...fields
-- use: clock rules settle wake hear replay insert append
-- together: how many jobs there are, if it is to be all or none; '' where each stands for itself
-- fields: the payload of each job, and before it, unless the job is plain: '#', its due time in ms ('+' and ms from now, '' for now),
--   a space, and its options as JSON
-- returns: id and outcome of each job, with spaces between: 'new', or 'exists' 'ignored' 'replaced' 'replayed' 'conflict' 'full';
--   QUEUE_FULL for all together
now = clock(now)
-- The first write adds, so that a full Redis refuses the whole push: what time has brought due begins by removing.
redis.call('HINCRBY', stats, 'last_id', 0)
local crowded = settle(keys, now, 100)
local most, room = rules(keys).max_jobs, math.huge
if most then room = most - redis.call('HLEN', jobs) + redis.call('ZCARD', failed) + redis.call('ZCARD', completed) end
if together ~= '' and tonumber(together) > room then return { err = 'QUEUE_FULL' } end
local outcomes, added, due_next, plain, about = {}, 0, math.huge, {}, nil
local function note (id, outcome, due)
  outcomes[#outcomes + 1], outcomes[#outcomes + 2] = id, outcome
  if outcome == 'new' or outcome == 'replaced' then added, due_next = added + 1, math.min(due_next, due) end
end
local function enter_plain ()
  if #plain == 0 then return end
  local first = append(keys, plain, now)
  for i = 0, #plain - 1 do note(string.format('%d', first + i), 'new', 0) end
  room, plain = room - #plain, {}
end
for _, field in ipairs(fields) do
  if field:byte() == 35 then
    about = field
  elseif not about and not crowded and room > #plain then
    plain[#plain + 1] = field
    if #plain == 1000 then enter_plain() end
  else
    enter_plain()
    local due, options = (about or '# {}'):match('^#(%S*) (.*)$')
    due, options, about = due:sub(1, 1) == '+' and now + tonumber(due) or tonumber(due) or 0, cjson.decode(options), nil
    -- Behind those that are due and had to be left for later.
    if crowded and due <= now then due = now + 0.5 end
    local id, outcome = replay(keys, options, now)
    if not id then id, outcome = insert(keys, field, due, options, room, now) end
    note(id, outcome, due)
    if outcome == 'new' then room = room - 1 end
  end
end
enter_plain()
for _ = 1, math.min(added, 10) do
  if not wake(keys, now, due_next) then break end
end
if added > 0 and failures ~= '' then
  redis.call('HINCRBY', stats, 'failed', failures)
  if worker ~= '' then redis.call('HINCRBY', workers, 'failed:' .. worker, failures) end
  hear(worker, workers, heard, now)
end
return table.concat(outcomes, ' ')

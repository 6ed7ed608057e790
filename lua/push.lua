-- Puts jobs in: into line, or among the delayed until they are due.
-- keys: ready ranked delayed active failed completed expiring jobs details results holders unique policy stats workers heard idempotency remembered waiters watchers
-- args: now worker failures together ...fields
-- use: clock rules settle wake hear replay insert append
-- together: 1 for all or none; else each stands for itself
-- fields: payload; due time in ms, '+' and ms from now, or '' for now; options as JSON, '' for none; of each job in turn
-- returns: id and outcome of each job in turn: 'new', or 'exists' 'ignored' 'replaced' 'replayed' 'conflict' 'full'; QUEUE_FULL for all together
now = clock(now)
-- The first write adds, so that a full Redis refuses the whole push: what time has brought due begins by removing.
redis.call('HINCRBY', stats, 'last_id', 0)
local crowded = settle(keys, now, 100)
local most, room = rules(keys).max_jobs, math.huge
if most then room = most - redis.call('HLEN', jobs) + redis.call('ZCARD', failed) + redis.call('ZCARD', completed) end
if together == '1' and #fields / 3 > room then return { err = 'QUEUE_FULL' } end
local outcomes, added, due_next, plain = {}, 0, nil, {}
local function enter_plain ()
  local first = append(keys, plain, now)
  for i = 0, #plain - 1 do
    outcomes[#outcomes + 1], outcomes[#outcomes + 2] = string.format('%d', first + i), 'new'
  end
  plain = {}
end
for i = 1, #fields, 3 do
  local due = fields[i + 1]
  due = due:sub(1, 1) == '+' and now + tonumber(due) or tonumber(due) or 0
  -- Behind those that are due and had to be left for later.
  if crowded and due <= now then due = now + 0.5 end
  if fields[i + 2] == '' and due <= now and room > 0 then
    plain[#plain + 1] = fields[i]
    added, room, due_next = added + 1, room - 1, due_next and math.min(due_next, due) or due
    if #plain == 1000 then enter_plain() end
  else
    if #plain > 0 then enter_plain() end
    local options = fields[i + 2] ~= '' and cjson.decode(fields[i + 2]) or {}
    local id, outcome = replay(keys, options, now)
    if not id then id, outcome = insert(keys, fields[i], due, options, room, now) end
    outcomes[#outcomes + 1], outcomes[#outcomes + 2] = id, outcome
    if outcome == 'new' or outcome == 'replaced' then
      added, due_next = added + 1, due_next and math.min(due_next, due) or due
      if outcome == 'new' then room = room - 1 end
    end
  end
end
if #plain > 0 then enter_plain() end
for _ = 1, math.min(added, 10) do
  if not wake(keys, now, math.max(due_next, 0)) then break end
end
if added > 0 and failures ~= '' then
  redis.call('HINCRBY', stats, 'failed', failures)
  if worker ~= '' then redis.call('HINCRBY', workers, 'failed:' .. worker, failures) end
  hear(worker, workers, heard, now)
end
return outcomes

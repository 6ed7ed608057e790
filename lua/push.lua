-- Puts jobs in: into line, or among the delayed until they are due.
-- keys: ready ranked delayed active failed completed expiring jobs details results holders unique policy stats workers heard idempotency remembered waiters watchers
-- args: now worker failures ...fields
-- use: clock rules settle wake hear replay insert
-- fields: payload; due time in ms, '+' and ms from now, or '' for now; options as JSON, '' for none; of each job in turn
-- returns: id and outcome of each job in turn: 'new', or 'exists' 'ignored' 'replaced' 'replayed' 'conflict'; QUEUE_FULL for all
now = clock(now)
-- The first write adds, so that a full Redis refuses the whole push: what time has brought due begins by removing.
redis.call('HINCRBY', stats, 'last_id', 0)
local crowded = settle(keys, now, 100)
local most = rules(keys).max_jobs
if most then
  local here = redis.call('HLEN', jobs) - redis.call('ZCARD', failed) - redis.call('ZCARD', completed)
  if here + #fields / 3 > most then return { err = 'QUEUE_FULL' } end
end
local outcomes, added, due_next = {}, 0, nil
for i = 1, #fields, 3 do
  local options = fields[i + 2] ~= '' and cjson.decode(fields[i + 2]) or {}
  local due = fields[i + 1]
  due = due:sub(1, 1) == '+' and now + tonumber(due) or tonumber(due) or 0
  if crowded and due <= now then due = now + 0.5 end
  local id, outcome = replay(keys, options, now)
  if not id then id, outcome = insert(keys, fields[i], due, options, now) end
  outcomes[#outcomes + 1], outcomes[#outcomes + 2] = id, outcome
  if outcome == 'new' or outcome == 'replaced' then
    added = added + 1
    due_next = math.min(due_next or due, due)
  end
end
if added > 0 then
  for _ = 1, math.min(added, 10) do wake(keys, now, math.max(due_next, 0)) end
  if failures ~= '' then
    redis.call('HINCRBY', stats, 'failed', failures)
    if worker ~= '' then redis.call('HINCRBY', workers, 'failed:' .. worker, failures) end
    hear(worker, workers, heard, now)
  end
end
return outcomes

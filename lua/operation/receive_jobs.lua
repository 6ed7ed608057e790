-- Pushes a batch of jobs that an operation of another queue moves here, once: a second call for the
-- same batch is told what came of it.
-- keys: stats received
-- args: now operation batch fresh_seed ...fields
--   fields: of each job its payload, when it is due in ms, and its options (see moving_batch)
-- use: read_clock run_due job_capacity insert_job wake_waiter is_recording record_pushed
-- returns: of each job new, exists (another job has its unique key) or full, with spaces between;
--   nothing for a batch before the last one
-- Why: the first write adds, so that a full Redis refuses the batch.
queue.now, batch = read_clock(now), tonumber(batch)
local known = redis.call('HGET', received, operation) or '0 '
local last, told = known:match('^(%d+) (.*)$')
if tonumber(last) >= batch then return tonumber(last) == batch and told or '' end
redis.call('HINCRBY', stats, 'last_id', 0)
run_due(queue, limits.promoted_by_push)
local room, words, ids, dues = job_capacity(queue), {}, {}, {}
for i = 1, #fields, 3 do
  local due, options = tonumber(fields[i + 1]), cjson.decode(fields[i + 2])
  local id, outcome = insert_job(queue, fields[i], due, options, room, fresh_seed)
  words[#words + 1] = outcome
  if outcome == 'new' then
    room = room - 1
    ids[#ids + 1] = id .. ' new'
    if due > queue.now then dues[id] = due end
    wake_waiter(queue, due)
  end
end
if #ids > 0 and is_recording(queue) then record_pushed(queue, table.concat(ids, ' '), dues) end
local reply = table.concat(words, ' ')
redis.call('HSET', received, operation, string.format('%d %s', batch, reply))
redis.call('PEXPIRE', received, limits.operation_ms)
return reply

-- Puts jobs that were taken for good back to the head of the ready queue, uncounted, for their
-- answer never reached the client. `ticket`: the same for every try to put these jobs back; '' if
-- there is but one. `fields`, of each job: id, payload, run_at and details, as take gave them; all
-- under one seed.
-- keys: stats workers latest restored
-- args: now worker ticket seed ...fields
-- use: allow_when_full read_clock restore_one wake_waiter record_states resolve_dependents
-- returns: how many jobs are back; none once the queue has been purged, for they belonged to the
--   generation before; and none for another try with the same ticket
allow_when_full(queue)
queue.now = read_clock(now)
-- The answer to the first try got lost, and other workers may have taken the jobs since then: they
-- must not get them twice.
if ticket ~= '' and redis.call('ZSCORE', restored, ticket) then return 0 end
if redis.call('HGET', stats, 'seed') ~= seed then return 0 end
local back, lists, last = 0, { waiting = {}, failed = {} }, 0
-- Redis may have lost their pushes: those ids must not be given out again.
for i = 1, #fields, 4 do last = math.max(last, tonumber(fields[i])) end
if last > tonumber(redis.call('HGET', stats, 'last_id')) then
  redis.call('HSET', stats, 'last_id', string.format('%d', last))
end
for i = #fields - 3, 1, -4 do
  local id, state = restore_one(queue, unpack(fields, i, i + 3))
  if id then
    back = back + 1
    table.insert(lists[state], id)
  end
end
if back > 0 then
  redis.call('HINCRBY', stats, 'processed', -back)
  if worker ~= '' then
    redis.call('HINCRBY', workers, 'processed:' .. worker, -back)
    redis.call('HDEL', latest, worker)
  end
  wake_waiter(queue, 0)
end
record_states(queue, 'released', lists)
if queue.memo.ended then resolve_dependents(queue) end
if ticket ~= '' then
  local range = { '-inf', queue.now - limits.ticket_ms, 'LIMIT', 0, limits.tickets_forgotten }
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', restored, unpack(range))) do
    redis.call('ZREM', restored, old)
  end
  redis.call('ZADD', restored, queue.now, ticket)
  redis.call('PEXPIRE', restored, limits.ticket_ms)
end
return back

-- Puts jobs back to the head of the line, uncounted, because their answer never reached the client.
-- keys: ready expiring jobs stats workers latest restored
-- args: now worker ticket seed ...fields
-- use: read_clock restored_id claim_unique_key fail_job enqueue member_of save_details wake_waiter allow_when_full is_recording record_events resolve_dependents
-- ticket: the same for every try to return these jobs; '' if there is but one
-- fields: id, payload, created and details of each job in turn, and all under one seed, as lua/job/take.lua gave them
-- returns: how many are back; none once the queue has been purged, for they belonged to what was purged, nor by another try with the same ticket
allow_when_full(keys)
now = read_clock(now)
-- The answer to the first try got lost, and perhaps others have taken the jobs since then: they must not get them twice.
if ticket ~= '' and redis.call('ZSCORE', restored, ticket) then return 0 end
if redis.call('HGET', stats, 'seed') ~= seed then return 0 end
local back, lists = 0, { waiting = {}, failed = {} }
-- Redis may have lost their pushes: those ids must not be given out again.
local last = 0
for i = 1, #fields, 4 do last = math.max(last, tonumber(fields[i])) end
if last > tonumber(redis.call('HGET', stats, 'last_id')) then redis.call('HSET', stats, 'last_id', string.format('%d', last)) end
for i = #fields - 3, 1, -4 do
  local record, text = struct.pack('>I6', fields[i + 2]) .. fields[i + 1], fields[i + 3]
  local job = text ~= '' and cjson.decode(text) or {}
  local id = restored_id(keys, fields[i], record, job)
  if id then
    redis.call('HSET', jobs, id, record)
    if job.expires then redis.call('ZADD', expiring, job.expires, member_of(id)) end
    job.expires = nil
    local state = claim_unique_key(keys, id, job, now) and 'failed' or 'waiting'
    if state == 'failed' then
      fail_job(keys, id, job, now)
    elseif (job.priority or 5) == 5 then
      redis.call('LPUSH', ready, id)
    else
      enqueue(keys, id, job.priority, 0)
    end
    save_details(keys, id, job)
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
  wake_waiter(keys, now, 0)
end
for state, ids in pairs(lists) do
  if #ids > 0 and is_recording(keys) then record_events(keys, { 'released ' .. state, table.concat(ids, ' ') }) end
end
if keys[3] then resolve_dependents(keys, now) end
if ticket ~= '' then
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', restored, '-inf', now - 120000, 'LIMIT', 0, 100)) do redis.call('ZREM', restored, old) end
  redis.call('ZADD', restored, now, ticket)
  redis.call('PEXPIRE', restored, 120000)
end
return back

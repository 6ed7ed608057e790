-- Puts jobs back to the head of the line, uncounted, because their answer never reached the client.
-- keys: ready ranked expiring jobs details unique stats workers waiters
-- args: now worker ...fields
-- use: clock line place save wake unbar
-- fields: id, payload, created and details of each job in turn, as lua/take.lua gave them
-- returns: how many are back; none once the queue has been purged, for they belonged to what was purged
unbar(keys)
local last = tonumber(redis.call('HGET', stats, 'last_id') or 0)
local back = 0
for i = #fields - 3, 1, -4 do
  local id, text = fields[i], fields[i + 3]
  if tonumber(id) <= last and redis.call('HSETNX', jobs, id, struct.pack('>I6', fields[i + 2]) .. fields[i + 1]) == 1 then
    local job = text ~= '' and cjson.decode(text) or {}
    if job.expires then redis.call('ZADD', expiring, job.expires, place(id)) end
    job.expires = nil
    save(keys, id, job)
    if job.unique then redis.call('HSETNX', unique, job.unique, id) end
    if (job.priority or 5) == 5 then redis.call('LPUSH', ready, id) else line(keys, id, job.priority, 0) end
    back = back + 1
  end
end
if back > 0 then
  redis.call('HINCRBY', stats, 'processed', -back)
  if worker ~= '' then
    redis.call('HINCRBY', workers, 'processed:' .. worker, -back)
    redis.call('HDEL', workers, 'job:' .. worker, 'taken_at:' .. worker)
  end
  wake(keys, clock(now), 0)
end
return back

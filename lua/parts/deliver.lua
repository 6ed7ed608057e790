-- Hands out what pick() took, from one place to another: for good, and then nothing of it stays; or on lease, until the deadline.
-- What can be written for many requests at once is left in picked.gone (ids) and picked.leased (deadline and member, in turn).
-- takes: keys picked first last lease worker now
-- use: save place receipt remove finished
-- returns: what the client gets of each, in turn (see lua/take.lua)
local out = {}
if first > last then return out end
local seed = lease and redis.call('HGET', keys.stats, 'seed')
local mortal = redis.call('EXISTS', keys.expiring) == 1
local watched = not lease and redis.call('EXISTS', keys.watchers) == 1
for i = first, last do
  local id, record, kept = picked.ids[i], picked.records[i], picked.kept[i]
  local expires = mortal and tonumber(redis.call('ZSCORE', keys.expiring, place(id)) or nil)
  local job = (kept or expires) and (kept and cjson.decode(kept) or {})
  -- Whoever takes a job ends its ttl; whoever puts it back unseen needs it.
  if expires then redis.call('ZREM', keys.expiring, place(id)) end
  if job then job.expires = expires or nil end
  if lease then
    local deliveries, attempt = 1, 1
    if job then
      deliveries, attempt = (job.deliveries or 0) + 1, (job.attempt or 0) + 1
      job.deliveries, job.attempt = deliveries > 1 and deliveries or nil, attempt ~= 1 and attempt or (deliveries > 1 and 1 or nil)
      job.lapsed, job.progress = nil, nil
      save(keys, id, job)
    end
    table.insert(picked.leased, now + lease)
    table.insert(picked.leased, place(id))
    if worker ~= '' then redis.call('HSET', keys.holders, id, string.format('%d %s', now, worker)) end
    for _, value in ipairs({ id, record:sub(7), attempt, receipt(seed, id, deliveries), now + lease }) do out[#out + 1] = value end
  else
    table.insert(picked.gone, id)
    if job then remove(keys, id, job) end
    if watched then finished(keys, id) end
    local created = string.format('%d', (struct.unpack('>I6', record)))
    for _, value in ipairs({ id, record:sub(7), created, job and cjson.encode(job) or '' }) do out[#out + 1] = value end
  end
end
if not lease and worker ~= '' then
  redis.call('HINCRBY', keys.workers, 'processed:' .. worker, last - first + 1)
  redis.call('HSET', keys.workers, 'job:' .. worker, picked.ids[last], 'taken_at:' .. worker, now)
end
return out

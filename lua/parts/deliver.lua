-- Hands jobs out: for good, and then nothing of them stays; or on lease, until the deadline.
-- takes: keys ids records kept lease worker now
-- use: save place receipt remove finished
-- returns: what the client gets of each, in turn (see lua/take.lua)
local out = {}
local seed = lease and redis.call('HGET', keys.stats, 'seed')
local mortal = #ids > 0 and redis.call('EXISTS', keys.expiring) == 1
for i, id in ipairs(ids) do
  local created, payload = struct.unpack('>I6', records[i]), records[i]:sub(7)
  local job = kept[i] and cjson.decode(kept[i]) or {}
  if mortal then redis.call('ZREM', keys.expiring, place(id)) end
  if lease then
    local deliveries, attempt = (job.deliveries or 0) + 1, (job.attempt or 0) + 1
    job.deliveries, job.attempt = deliveries > 1 and deliveries or nil, attempt ~= 1 and attempt or (deliveries > 1 and 1 or nil)
    job.lapsed, job.progress = nil, nil
    if kept[i] then save(keys, id, job) end
    redis.call('ZADD', keys.active, now + lease, place(id))
    if worker ~= '' then redis.call('HSET', keys.holders, id, string.format('%d %s', now, worker)) end
    for _, value in ipairs({ id, payload, attempt, receipt(seed, id, deliveries), now + lease }) do out[#out + 1] = value end
  else
    if kept[i] then remove(keys, id, job) else redis.call('HDEL', keys.jobs, id) end
    finished(keys, id)
    for _, value in ipairs({ id, payload, string.format('%d', created), kept[i] or '' }) do out[#out + 1] = value end
  end
end
if #ids > 0 and not lease then
  redis.call('HINCRBY', keys.stats, 'processed', #ids)
  if worker ~= '' then
    redis.call('HINCRBY', keys.workers, 'processed:' .. worker, #ids)
    redis.call('HSET', keys.workers, 'job:' .. worker, ids[#ids], 'taken_at:' .. worker, now)
  end
end
return out

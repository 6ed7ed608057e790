-- Finishes jobs. A result and the job are kept as long as asked for, or a minute where somebody waits for it.
-- keys: ranked delayed active failed completed expiring jobs details results holders unique policy stats workers waiters watchers
-- args: now ...fields
-- use: clock rules hold finish finished place wake counted unbar receipt
-- fields: id, receipt and result as JSON ('' for none) of each job in turn
-- returns: for each job '' or the code of a refusal, with commas between; repeating an ack of a job that is still kept is none
unbar(keys)
now = clock(now)
local set, seed, outcomes, ids, plain = rules(keys), redis.call('HGET', stats, 'seed'), {}, {}, 0
for i = 1, #fields, 3 do ids[#ids + 1] = fields[i] end
local about = redis.call('EXISTS', details) == 1 and redis.call('HMGET', details, unpack(ids)) or {}
local held, watched = redis.call('EXISTS', holders) == 1, redis.call('EXISTS', watchers) == 1
for n, id in ipairs(ids) do
  local given, result = fields[3 * n - 1], fields[3 * n]
  -- On its first lease, with nothing to keep: two steps do for all.
  if seed and not about[n] and set.keep == 0 and not held and given == receipt(seed, id, '1') and redis.call('ZREM', active, place(id)) == 1 then
    redis.call('HDEL', jobs, id)
    plain, outcomes[n] = plain + 1, ''
    if watched then finished(keys, id) end
  else
    local job, state = hold(keys, id, given)
    outcomes[n] = job and '' or state
    if job and state ~= 'completed' then
      counted(keys, id, 'processed')
      finish(keys, id, job, state, result, math.max(job.keep or set.keep, job.awaited and 60000 or 0), now)
      finished(keys, id)
    end
  end
end
if plain > 0 then redis.call('HINCRBY', stats, 'processed', plain) end
if set.concurrency then wake(keys, now, 0) end
return table.concat(outcomes, ',')

-- Finishes the jobs that were done. A result and the job are kept as long as asked for, or a minute where somebody waits for it.
-- keys: active dependents jobs details reports holders stats watchers
-- use: verify_receipt archive_or_delete announce_end member_of count_outcome make_receipt is_recording record_events
-- fields: id, receipt and result as JSON ('' for none) of each job in turn
-- returns: for each job '' or the code of a refusal; repeating an ack of a job that is still kept is none
local function complete_jobs (keys, set, fields, now)
  local seed, outcomes, ids, plain, done = redis.call('HGET', keys.stats, 'seed'), {}, {}, 0, is_recording(keys) and {}
  for i = 1, #fields, 3 do ids[#ids + 1] = fields[i] end
  local about = redis.call('EXISTS', keys.details) == 1 and redis.call('HMGET', keys.details, unpack(ids)) or {}
  local held, watched = redis.call('EXISTS', keys.holders) == 1, redis.call('EXISTS', keys.watchers, keys.dependents) > 0
  local gone, members, reported = {}, {}, redis.call('EXISTS', keys.reports) == 1
  local function clear ()
    if #gone > 0 then
      redis.call('ZREM', keys.active, unpack(members))
      redis.call('HDEL', keys.jobs, unpack(gone))
    end
    for i, id in ipairs(reported and gone or {}) do gone[i] = 'p' .. id end
    if #gone > 0 and reported then redis.call('HDEL', keys.reports, unpack(gone)) end
    plain, gone, members = plain + #gone, {}, {}
  end
  local deadlines, seen = {}, {}
  if seed and set.keep == 0 and not held then
    for i, id in ipairs(ids) do members[i] = member_of(id) end
    deadlines, members = redis.call('ZMSCORE', keys.active, unpack(members)), {}
  end
  for n, id in ipairs(ids) do
    local given, result = fields[3 * n - 1], fields[3 * n]
    -- On its first lease, with nothing to keep: one step for each and one for all.
    local deadline = not about[n] and not seen[id] and deadlines[n]
    if deadline and given == make_receipt(seed, id, '1', deadline) then
      seen[id], gone[#gone + 1], members[#members + 1], outcomes[n] = true, id, member_of(id), ''
      if watched or #gone == 1000 then clear() end
      if done then done[#done + 1] = id end
      if watched then announce_end(keys, id, 'done', now) end
    else
      clear()
      local job, state = verify_receipt(keys, id, given)
      outcomes[n] = job and '' or state
      if job and state ~= 'completed' then
        count_outcome(keys, id, 'processed')
        local keep = math.max(job.keep or set.keep, job.awaited and 60000 or 0)
        archive_or_delete(keys, id, job, state, result, keep, now)
        if done then done[#done + 1] = keep > 0 and string.format('%s@%d', id, now + keep) or id end
        announce_end(keys, id, 'done', now, keep > 0 and (job.keep or set.keep) == 0)
      end
    end
  end
  clear()
  if plain > 0 then redis.call('HINCRBY', keys.stats, 'processed', plain) end
  if done and #done > 0 then record_events(keys, { 'acked gone', table.concat(done, ' ') }) end
  return outcomes
end

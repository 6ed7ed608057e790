-- Hands out what pop_ready() took, from one place to another: for good, and then nothing of it stays; or on lease, until the deadline.
-- The answer grows in picked.words and picked.texts (see lua/job/take.lua); what can be written for many requests at once is left in
-- picked.gone (ids) and picked.leased (deadline and member, in turn).
-- keys: expiring reports holders workers latest
-- use: save_details member_of make_receipt delete_job announce_end ready_since
local function hand_out (keys, picked, first, last, wish, now)
  local words, texts, gone, leased = picked.words, picked.texts, picked.gone, picked.leased
  local lease, worker = wish.lease, wish.worker
  -- As text: Redis and Lua write a number out as a fraction, which takes them longer than all else about a job.
  local deadline = lease and string.format('%d', now + lease)
  words[#words + 1] = wish.quiet and '0q' or string.format('%d', last - first + 1)
  words[#words + 1] = deadline
  for i = first, last do
    local id, record, kept = picked.ids[i], picked.records[i], picked.kept[i]
    local expires = picked.mortal and tonumber(redis.call('ZSCORE', keys.expiring, member_of(id)) or nil)
    local job = (kept or expires) and (kept and cjson.decode(kept) or {})
    -- Whoever takes a job ends its ttl; whoever puts it back unseen needs it.
    if expires then redis.call('ZREM', keys.expiring, member_of(id)) end
    if job then job.expires = expires or nil end
    texts[#texts + 1] = record:sub(7)
    if lease then
      local deliveries, attempt, since = '1', '1', ready_since(record, job)
      if job then
        deliveries, attempt = (job.deliveries or 0) + 1, (job.attempt or 0) + 1
        job.deliveries, job.attempt = deliveries > 1 and deliveries or nil, attempt ~= 1 and attempt or (deliveries > 1 and 1 or nil)
        job.lapsed, job.progress, job.first_deadline, job.since, job.ready_at = nil, nil, nil, nil, nil
        if picked.reported then redis.call('HDEL', keys.reports, 'p' .. id) end
        save_details(keys, id, job)
      end
      local n = #leased
      leased[n + 1], leased[n + 2] = deadline, member_of(id)
      if worker ~= '' then redis.call('HSET', keys.holders, id, string.format('%d %s', now, worker)) end
      words[#words + 1] = id .. ' ' .. attempt .. ' ' .. make_receipt(picked.seed, id, deliveries, deadline) .. string.format(job and job.created and ' -%d' or ' %d', since)
      if job and job.traceparent then
        words[#words] = words[#words] .. '+'
        texts[#texts + 1] = job.traceparent .. ' ' .. (job.tracestate or '')
      end
    else
      gone[#gone + 1] = id
      if picked.watched then announce_end(keys, id, 'done', now) end
      words[#words + 1] = string.format(job and '%s %d +' or '%s %d -', id, struct.unpack('>I6', record))
      if job then
        -- Whoever puts it back needs that, too.
        if picked.reported then job.last_error = redis.call('HGET', keys.reports, 'e' .. id) or job.last_error end
        delete_job(keys, id, job)
        texts[#texts + 1] = cjson.encode(job)
      end
    end
  end
  if worker ~= '' and first <= last then
    if not lease then redis.call('HINCRBY', keys.workers, 'processed:' .. worker, last - first + 1) end
    redis.call('HSET', keys.latest, worker, string.format('%d %s %s', now, lease and 'lease' or 'good', picked.ids[last]))
  end
end

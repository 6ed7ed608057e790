-- Gives those who ask what there is, in their order, as far as the queue's limits let it go.
-- keys: ready ranked active jobs stats quiet given
-- use: run_due resolve_dependents mark_worker_seen pop_ready apply_limits current_policy hand_out register_waiter wake_waiter is_recording record_taken
-- requests: of each its count, its lease in ms ('' for good, 0 for the queue's own) and its worker, with spaces between; server: see lua/job/take.lua
-- returns: a list: 1 while the queue is stopped, else 0; in how many ms something may be had (-1: unknown); how many are still in line;
--   words with spaces between: the seed of the queue, and the time; for each request the number of its jobs ('0q' where its worker is to take no more), if on lease their deadline, then for each
--   job its id and created, and '+' where details follow its payload, or '-'; of one on lease its id, attempt, receipt and created, with '-' before it
--   where it was delayed, and '+' behind it where its traceparent and tracestate follow its payload; and last the payloads of all
local function take_jobs (keys, requests, server, now)
  local _, late, unblocked = run_due(keys, now, 1000)
  local set = current_policy(keys, now)
  local wishes, shares, wanted, again, whole, calm = {}, {}, 0, nil, false, redis.call('EXISTS', keys.quiet) == 1
  for i, request in ipairs(requests) do
    local count, lease, worker = request:match('^(%d+) (%d*) (.*)$')
    -- A worker that is to take no more gets nothing, whatever there is.
    local quiet = calm and worker ~= '' and redis.call('ZSCORE', keys.quiet, worker) and true
    wishes[i] = { count = quiet and 0 or tonumber(count), lease = lease == '0' and set.lease or tonumber(lease), worker = worker, quiet = quiet }
    whole = whole or not wishes[i].lease
  end
  if not set.stopped then shares, wanted, again = apply_limits(keys, set, wishes, now) end
  -- Jobs may stand in line whose time to be taken is over: first those go.
  local picked = pop_ready(keys, late and 0 or wanted, whole)
  local known = redis.call('HMGET', keys.stats, 'last_id', 'asked_at', 'seed')
  picked.seed = known[3]
  local hungry, lapse, last = false, nil, 0
  for i, wish in ipairs(wishes) do
    local first = last + 1
    last = math.min(last + (shares[i] or 0), #picked.ids)
    hand_out(keys, picked, first, last, wish, now)
    if last < first then hungry = hungry or not wish.quiet elseif wish.lease then lapse = math.min(lapse or math.huge, now + wish.lease) end
    mark_worker_seen(keys, wish.worker, now)
  end
  if #picked.gone > 0 then
    redis.call('HDEL', keys.jobs, unpack(picked.gone))
    redis.call('HINCRBY', keys.stats, 'processed', #picked.gone)
  end
  if #picked.leased > 0 then redis.call('ZADD', keys.active, unpack(picked.leased)) end
  if set.rate_limit and last > 0 then
    for _ = 1, last do redis.call('RPUSH', keys.given, now) end
    redis.call('PEXPIRE', keys.given, set.rate_period)
  end
  if keys[3] then unblocked = resolve_dependents(keys, now) or unblocked end
  -- For /why; once a second is often enough, and a queue that nobody has used is not brought into being.
  if known[1] and now - tonumber(known[2] or 0) >= 1000 then redis.pcall('HSET', keys.stats, 'asked_at', now) end
  if late or picked.unsure or unblocked then
    again = now
  elseif server ~= '' then
    again = register_waiter(keys, set, server, hungry, again, now)
  elseif lapse and tonumber(redis.call('ZRANGE', keys.active, 0, 0, 'WITHSCORES')[2]) >= lapse then
    -- Of an earlier one, those who wait know already.
    wake_waiter(keys, now, lapse)
  end
  if last > 0 and is_recording(keys) then record_taken(keys, picked, wishes, shares, now) end
  local left = redis.call('LLEN', keys.ready) + redis.call('ZCARD', keys.ranked)
  local words = string.format('%s %d ', picked.seed or '-', now) .. table.concat(picked.words, ' ')
  return { set.stopped and 1 or 0, again and math.max(0, again - now) or -1, left, words, unpack(picked.texts) }
end

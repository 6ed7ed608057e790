-- Gives requests the jobs that there are, in their order, as far as the limits of the queue allow.
-- `requests`: see parse_requests. `server`: it is registered as a waiter if a request gets nothing;
-- '' for none.
-- keys: stats
-- use: run_due current_policy parse_requests apply_limits begin_pop pop_plain hand_out store_taken
-- use: next_look is_recording count_ready
-- rarely: pop_ready resolve_dependents record_taken
-- returns: a list:
--   1 while the queue is stopped, else 0
--   in how many ms jobs may be had; -1 if that is not known
--   how many jobs still wait
--   words with spaces between: the seed of the queue ('-' for none), the time in ms, then for each
--     request those of hand_out
--   the texts of hand_out, for all requests
local function take_jobs (queue, requests, server)
  local keys, now = queue.keys, queue.now
  local _, more_expired, unblocked = run_due(queue, limits.promoted_by_take)
  local policy = current_policy(queue)
  local parsed, takes_for_good = parse_requests(queue, requests)
  local shares, total, again = {}, 0, nil
  if not policy.stopped then shares, total, again = apply_limits(queue, parsed) end
  -- Jobs may be in the ready queue whose ttl has ended: the next calls delete these first.
  if more_expired then total = 0 end
  local popped = begin_pop(queue, total)
  if popped.is_all_plain then
    pop_plain(queue, popped, total)
  else
    pop_ready(queue, popped, total, takes_for_good)
  end
  local stats = redis.call('HMGET', keys.stats, 'seed', 'last_id', 'asked_at')
  popped.seed = stats[1]
  local count, got_none, deadline = hand_out(queue, popped, parsed, shares)
  store_taken(queue, popped, count)
  if queue.memo.ended then unblocked = resolve_dependents(queue) or unblocked end
  -- For /why; once a second is enough, and a queue that was never used is not made by a take.
  if stats[2] and now - tonumber(stats[3] or 0) >= 1000 then
    redis.pcall('HSET', keys.stats, 'asked_at', now)
  end
  local has_more = more_expired or popped.is_unsure or unblocked
  again = has_more and now or next_look(queue, server, again, got_none, deadline)
  if count > 0 and is_recording(queue) then record_taken(queue, popped, parsed, shares) end
  local words = string.format('%s %d ', popped.seed or '-', now) .. table.concat(popped.words, ' ')
  local wait = again and math.max(0, again - now) or -1
  local left = count_ready(queue, popped)
  return { policy.stopped and 1 or 0, wait, left, words, unpack(popped.texts) }
end

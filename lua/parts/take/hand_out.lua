-- Hands out what pop_ready or pop_plain took, to each request its share.
-- keys: workers latest
-- use: lease_plain give_plain
-- rarely: lease_jobs give_jobs mark_worker_seen
-- returns: how many jobs went out
--   whether a request got no job, other than that of a quiet worker
--   the earliest deadline of the jobs that went out on lease; nil if there are none
--   popped.words: for each request the number of its jobs, '0q' for a quiet worker; then the words
--     of lease_jobs or give_jobs
local function hand_out (queue, popped, requests, shares)
  local keys, now, words = queue.keys, queue.now, popped.words
  local got_none, deadline, last = false, nil, 0
  for i, request in ipairs(requests) do
    local first, worker, lease = last + 1, request.worker, request.lease
    last = math.min(last + (shares[i] or 0), popped.count)
    local count = last - first + 1
    words[#words + 1] = request.is_quiet and '0q' or string.format('%d', count)
    if popped.is_all_plain and lease then
      lease_plain(queue, popped, first, last, request)
    elseif popped.is_all_plain then
      give_plain(popped, first, last)
    elseif lease then
      lease_jobs(queue, popped, first, last, request)
    else
      give_jobs(queue, popped, first, last)
    end
    if count == 0 then
      got_none = got_none or not request.is_quiet
    elseif lease then
      deadline = math.min(deadline or math.huge, now + lease)
    end
    if worker ~= '' and count > 0 then
      if not lease then redis.call('HINCRBY', keys.workers, 'processed:' .. worker, count) end
      local kind = lease and 'lease' or 'good'
      local text = string.format('%d %s %s', now, kind, popped.ids[last])
      redis.call('HSET', keys.latest, worker, text)
    end
    if worker ~= '' then mark_worker_seen(queue, worker) end
  end
  return last, got_none, deadline
end

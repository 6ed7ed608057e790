-- Leases jobs to a request: those of `popped` from the index `first` to `last`.
-- keys: holders
-- use: payload_of run_at_of member_of make_receipt
-- rarely: lease_details
-- returns: popped.words: the deadline in ms; then for each job its id, its attempt, its receipt,
--     and since when it was ready in ms, with '-' before that where it was delayed, and '+' behind
--     it where its traceparent and tracestate are the text after its payload
--   popped.texts: of each job its payload, and its traceparent and tracestate if it has one
--   popped.leased, popped.moved: what store_taken writes
-- Why: numbers are text here. Redis and Lua write a number as a fraction, which takes longer than
-- all else about a job.
local function lease_jobs (queue, popped, first, last, request)
  local ids, records, kept, has_ttl = popped.ids, popped.records, popped.details, popped.has_ttl
  local words, texts, leased, seed = popped.words, popped.texts, popped.leased, popped.seed
  local is_plain, moved = popped.is_plain, popped.moved
  local now, holders, worker = queue.now, queue.keys.holders, request.worker
  local deadline = string.format('%d', now + request.lease)
  words[#words + 1] = deadline
  for i = first, last do
    local id, record, n = ids[i], records[i], #leased
    local deliveries, attempt, since, form, trace = '1', '1', nil, ' %d', nil
    if kept[i] or has_ttl then
      deliveries, attempt, since, form, trace = lease_details(queue, popped, i)
    end
    texts[#texts + 1] = payload_of(record)
    texts[#texts + 1] = trace
    if is_plain[i] then moved[#moved + 1], moved[#moved + 2] = id, record end
    leased[n + 1], leased[n + 2] = deadline, member_of(id)
    if worker ~= '' then
      redis.call('HSET', holders, id, string.format('%d %s', now, worker))
    end
    local receipt = make_receipt(seed, id, deliveries, deadline)
    since = string.format(form, since or run_at_of(record))
    words[#words + 1] = id .. ' ' .. attempt .. ' ' .. receipt .. since
  end
end

-- Completes jobs, gives up others, and takes what requests ask for. `fields`: as many requests as
-- `count` says (see parse_requests), then the jobs of acks, then those of `nacks` nacks (see
-- settle_jobs). `bound` is '1' where each request belongs to the ack of its number: it gets no jobs
-- if that is refused.
-- args: now count nacks bound ...fields
-- use: allow_when_full read_clock complete_plain take_jobs load_policy
-- rarely: complete_jobs settle_jobs wake_waiter
-- returns: a list:
--   the outcome of each job (see settle_jobs), with commas between
--   what take returns
allow_when_full(queue)
queue.now = read_clock(now)
count, nacks = tonumber(count), tonumber(nacks) or 0
local requests, jobs = {}, {}
for i = 1, count do requests[i] = fields[i] end
for i = count + 1, #fields do jobs[i - count] = fields[i] end
local outcomes = {}
if nacks > 0 then
  outcomes = settle_jobs(queue, jobs, nacks)
elseif #jobs > 0 then
  outcomes = complete_plain(queue, jobs) or complete_jobs(queue, jobs)
end
if bound == '1' then
  for i, outcome in ipairs(outcomes) do
    if outcome ~= '' then requests[i] = requests[i]:gsub('^%d+', '0') end
  end
end
local reply = take_jobs(queue, requests, '')
if load_policy(queue).concurrency and #jobs > 0 then wake_waiter(queue, 0) end
table.insert(reply, 1, table.concat(outcomes, ','))
return reply

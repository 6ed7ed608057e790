-- Completes jobs, and takes for each that was accepted what its request asks for. `fields`: as many
-- requests as `count` says (see parse_requests), then the jobs (see complete_jobs).
-- args: now count ...fields
-- use: allow_when_full read_clock complete_jobs take_jobs load_policy
-- rarely: wake_waiter
-- returns: a list:
--   the outcomes, as ack returns them
--   what take returns; a request whose job was refused gets no jobs
allow_when_full(queue)
queue.now = read_clock(now)
count = tonumber(count)
local requests, completed = {}, {}
for i = 1, count do requests[i] = fields[i] end
for i = count + 1, #fields do completed[i - count] = fields[i] end
local outcomes = complete_jobs(queue, completed)
for i, outcome in ipairs(outcomes) do
  if outcome ~= '' then requests[i] = requests[i]:gsub('^%d+', '0') end
end
local reply = take_jobs(queue, requests, '')
if load_policy(queue).concurrency then wake_waiter(queue, 0) end
table.insert(reply, 1, table.concat(outcomes, ','))
return reply

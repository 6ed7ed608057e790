-- Finishes jobs, and takes for each that was accepted as done what its request asks for.
-- args: now count ...fields
-- use: read_clock load_policy complete_jobs take_jobs wake_waiter allow_when_full
-- fields: the requests (see lua/parts/take/take_jobs.lua), so many as `count`, then the jobs (see lua/parts/lease/complete_jobs.lua)
-- returns: the outcomes (see lua/job/ack.lua), and what lua/job/take.lua would; nobody whose job was refused gets any
allow_when_full(keys)
now = read_clock(now)
count = tonumber(count)
local requests, done = {}, {}
for i = 1, count do requests[i] = fields[i] end
for i = count + 1, #fields do done[i - count] = fields[i] end
local set = load_policy(keys)
local outcomes = complete_jobs(keys, set, done, now)
for i, outcome in ipairs(outcomes) do
  if outcome ~= '' then requests[i] = requests[i]:gsub('^%d+', '0') end
end
local reply = take_jobs(keys, requests, '', now)
if set.concurrency then wake_waiter(keys, now, 0) end
table.insert(reply, 1, table.concat(outcomes, ','))
return reply

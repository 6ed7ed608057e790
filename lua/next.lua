-- Finishes jobs, and takes for each that was accepted as done what its request asks for.
-- args: now count ...fields
-- use: clock rules complete serve wake unbar
-- fields: the requests (see lua/parts/serve.lua), so many as `count`, then the jobs (see lua/parts/complete.lua)
-- returns: the outcomes (see lua/ack.lua), and what lua/take.lua would; nobody whose job was refused gets any
unbar(keys)
now = clock(now)
count = tonumber(count)
local requests, done = {}, {}
for i = 1, count do requests[i] = fields[i] end
for i = count + 1, #fields do done[i - count] = fields[i] end
local set = rules(keys)
local outcomes = complete(keys, set, done, now)
for i, outcome in ipairs(outcomes) do
  if outcome ~= '' then requests[i] = requests[i]:gsub('^%d+', '0') end
end
local reply = serve(keys, requests, '', now)
if set.concurrency then wake(keys, now, 0) end
table.insert(reply, 1, table.concat(outcomes, ','))
return reply

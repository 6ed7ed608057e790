-- Counts for /metrics how late jobs came into the ready queue that were due: how many up to each
-- bound in ms, and the sum. `due`: member and due time of each job.
-- keys: stats
local function count_lateness (queue, due)
  local bounds, counts, sum = { 5, 25, 100, 500, 2500, 10000, 60000 }, {}, 0
  for i = 2, #due, 2 do
    local ms, n = math.max(0, queue.now - due[i]), 1
    while bounds[n] and ms > bounds[n] do n = n + 1 end
    counts[n], sum = (counts[n] or 0) + 1, sum + ms
  end
  local stats = queue.keys.stats
  for n, count in pairs(counts) do redis.call('HINCRBY', stats, 'late_' .. n, count) end
  redis.call('HINCRBY', stats, 'late_ms', string.format('%.0f', sum))
end

-- Counts how late jobs stand in line that were due, in ms: how many up to each bound, and how late together. For /metrics.
-- keys: stats
-- due: member and due time of each, in turn
local function count_lateness (keys, now, due)
  local bounds, counts, sum = { 5, 25, 100, 500, 2500, 10000, 60000 }, {}, 0
  for i = 2, #due, 2 do
    local ms, n = math.max(0, now - due[i]), 1
    while bounds[n] and ms > bounds[n] do n = n + 1 end
    counts[n], sum = (counts[n] or 0) + 1, sum + ms
  end
  for n, count in pairs(counts) do redis.call('HINCRBY', keys.stats, 'late_' .. n, count) end
  redis.call('HINCRBY', keys.stats, 'late_ms', string.format('%.0f', sum))
end

-- Adds waits and runs, as buckets and their counts, to the last period of a list.
-- use: delete_ahead add_counts read_quantiles
-- returns: nothing; the list has for each period its number, then how many jobs were taken and the
--     quantiles of their waits, then the same of those that ended and of their runs. The last
--     element has the counts as well, each behind a semicolon
-- Why: a server that is late adds to the period that runs by then. So the counts of an earlier
-- period are never needed again, and its quantiles take a tenth of their memory.
local function add_latencies (key, period, waits, runs, most)
  local last = delete_ahead(key, period, most)
  local closed, old_waits, old_runs = last:match('^([^;]*);([^;]*);(.*)$')
  local is_same = tonumber(last:match('^%d+')) == period
  if closed and not is_same then redis.call('LSET', key, -1, closed) end
  if not is_same then old_waits, old_runs = nil, nil end
  local wait_words, wait_text = read_quantiles(add_counts(old_waits or '', waits))
  local run_words, run_text = read_quantiles(add_counts(old_runs or '', runs))
  local head = string.format('%d %s %s', period, wait_words, run_words)
  local element = table.concat({ head, wait_text, run_text }, ';')
  if is_same then
    redis.call('LSET', key, -1, element)
  else
    redis.call('RPUSH', key, element)
    redis.call('LTRIM', key, -most, -1)
  end
end

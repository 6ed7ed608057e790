-- Counts the bytes of the last error of jobs that have details.
-- keys: reports
-- returns: a table of sizes by index
local function count_errors (queue, ids, details_texts)
  local sizes = {}
  for i, id in ipairs(ids) do
    if details_texts[i] then
      sizes[i] = redis.call('HSTRLEN', queue.keys.reports, 'e' .. id)
    end
  end
  return sizes
end

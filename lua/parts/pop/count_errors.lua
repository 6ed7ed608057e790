-- Counts the bytes of the last error and of the story of jobs that have details.
-- keys: reports
-- returns: a table of sizes by index
local function count_errors (queue, ids, details_texts)
  local key, sizes = queue.keys.reports, {}
  for i, id in ipairs(ids) do
    if details_texts[i] then
      sizes[i] = redis.call('HSTRLEN', key, 'e' .. id) + redis.call('HSTRLEN', key, 'a' .. id)
    end
  end
  return sizes
end

-- Reads the requests of a take: of each its count, its lease in ms ('' for good, 0 for the queue's
-- own) and its worker ('' if it does not say), with spaces between.
-- keys: quiet
-- use: load_policy
-- returns: a list of tables: count, lease (nil for good), worker, is_quiet
--   whether one of them takes for good
-- Why: a quiet worker gets no jobs, whatever there is.
local function parse_requests (queue, requests)
  local key, own_lease = queue.keys.quiet, load_policy(queue).lease
  local parsed, takes_for_good, has_quiet = {}, false, redis.call('EXISTS', key) == 1
  for i, request in ipairs(requests) do
    local count, lease, worker = request:match('^(%d+) (%d*) (.*)$')
    local is_quiet = has_quiet and worker ~= '' and redis.call('ZSCORE', key, worker) and true
    parsed[i] = {
      count = is_quiet and 0 or tonumber(count),
      lease = lease == '0' and own_lease or tonumber(lease),
      worker = worker,
      is_quiet = is_quiet
    }
    takes_for_good = takes_for_good or lease == ''
  end
  return parsed, takes_for_good
end

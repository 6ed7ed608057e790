-- Shows the error groups of a queue: those that were seen last, or one.
-- keys: errors errors_seen grouped
-- args: now count fingerprint
--   count: how many at most; fingerprint: of the one that is wanted; '' for all
-- use: read_clock begin_read group_score
-- returns: a list:
--   the time in ms
--   of each group its fingerprint, its JSON, how many of its jobs are retrying and have failed
--   of one group also its rates (see save_rate)
queue.now = read_clock(now)
begin_read(queue, limits.promoted_by_take)
local wanted = { fingerprint }
if fingerprint == '' then wanted = redis.call('ZREVRANGE', errors_seen, 0, count - 1) end
local found = { queue.now }
for _, one in ipairs(wanted) do
  local text = redis.call('HGET', errors, one)
  if text then
    local n, retrying, failed = #found, group_score(one, false), group_score(one, true)
    found[n + 1], found[n + 2] = one, text
    found[n + 3] = redis.call('ZCOUNT', grouped, retrying, retrying)
    found[n + 4] = redis.call('ZCOUNT', grouped, failed, failed)
    if fingerprint ~= '' then found[n + 5] = redis.call('HGET', errors, 'r' .. one) or '' end
  end
end
return found

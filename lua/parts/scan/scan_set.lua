-- Reads a slice of the jobs of a state that has a sorted set. Of an error group those of the group
-- are read alone, by their ids, and of a period those of the period where the score tells.
-- keys: delayed failed completed blocked retrying grouped
-- use: scan_sorted
-- rarely: group_score
-- returns: a slice (see scan_slice)
local function scan_set (queue, scan, count)
  local keys, state, filter = queue.keys, scan.state, scan.filter
  local function before (key, bound) return redis.call('ZCOUNT', key, '-inf', bound) end
  local function under (time) return string.format('(%d', time) end
  if filter.error then
    local score = group_score(filter.error, state == 'failed')
    local low, high = before(keys.grouped, '(' .. score), before(keys.grouped, score)
    return scan_sorted(keys.grouped, scan, scan.position, count, low, high)
  end
  local sets = { delayed = keys.delayed, failed = keys.failed, completed = keys.completed }
  sets.blocked, sets.retrying = keys.blocked, keys.retrying
  local key, low = sets[state], 0
  local high = redis.call('ZCARD', key)
  if state == 'failed' or state == 'blocked' then
    if filter.since then low = before(key, under(filter.since)) end
    if filter['until'] then high = before(key, under(filter['until'])) end
  else
    -- A job that is due is not delayed any more, and one whose time is over is not there.
    low = before(key, queue.now)
  end
  return scan_sorted(key, scan, scan.position, count, low, high)
end

-- Lists jobs that wait, in the order in which they will be taken: priorities 0 to 4, then 5, then 6
-- to 9; or the last one first if `is_desc` is true.
-- keys: ranked
-- use: read_range id_of count_stale count_plain list_ready
-- returns: `count` ids at most, from the index `first` on
local function list_waiting (queue, first, count, is_desc)
  local key, ids, last = queue.keys.ranked, {}, first + count - 1
  local urgent = redis.call('ZCOUNT', key, '-inf', limits.urgent_scores)
  local entries = count_stale(queue)
  local middle = entries + count_plain(queue)
  local function add_ranked (from, to)
    local found = read_range('ZRANGE', key, from, to - from + 1)
    for i = 1, #found do ids[#ids + 1] = id_of(found[is_desc and #found + 1 - i or i]) end
  end
  local function add_urgent () add_ranked(first, math.min(last, urgent - 1)) end
  local function add_others () add_ranked(math.max(first - middle, urgent), last - middle) end
  if is_desc then add_others() else add_urgent() end
  local from, to = math.max(first - urgent, 0), math.min(last - urgent, middle - 1)
  list_ready(queue, ids, from, to - from + 1, entries, is_desc)
  if is_desc then add_urgent() else add_others() end
  return ids
end

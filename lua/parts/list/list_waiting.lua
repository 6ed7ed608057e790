-- Lists jobs that wait, in the order in which they will be taken: priorities 0 to 4, then the ready
-- list, then 6 to 9.
-- keys: ready ranked
-- use: read_range id_of count_stale
-- returns: `count` ids at most, from the index `first` on
local function list_waiting (queue, first, count)
  local keys, ids, last = queue.keys, {}, first + count - 1
  local urgent = redis.call('ZCOUNT', keys.ranked, '-inf', limits.urgent_scores)
  local plain = count_stale(queue)
  local function add (command, key, from, to)
    from = math.max(from, 0)
    for _, entry in ipairs(read_range(command, key, from, to - from + 1)) do
      ids[#ids + 1] = command == 'ZRANGE' and id_of(entry) or entry
    end
  end
  add('ZRANGE', keys.ranked, first, math.min(last, urgent - 1))
  add('LRANGE', keys.ready, first - urgent, math.min(last - urgent, plain - 1))
  add('ZRANGE', keys.ranked, math.max(first - plain, urgent), last - plain)
  return ids
end

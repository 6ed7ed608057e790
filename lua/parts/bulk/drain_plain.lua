-- Drops the first plain jobs that wait, `limit` at most, but for jobs that came after the bulk
-- operation began, and those with an id above `last` (nil: no bound). `drop` is called with the id
-- and the details of each.
-- keys: plain tombstones
-- use: read_plain search_plain load_details
-- returns: whether jobs were dropped, so that another call may have more to do
local function drain_plain (queue, limit, begin, drop, last)
  local keys, ids = queue.keys, {}
  local found, read = read_plain(queue, 0, math.min(limit, limits.ready_drained))
  last = math.min(begin.last, last or begin.last)
  for i = 1, #found, 2 do
    if found[i] > last then
      read = search_plain(queue, found[i])
      break
    end
    ids[#ids + 1] = string.format('%d', found[i])
  end
  if read == 0 then return false end
  redis.call('LTRIM', keys.plain, read, -1)
  local buried = read - #ids
  if buried > 0 then redis.call('ZREMRANGEBYRANK', keys.tombstones, 0, buried - 1) end
  for _, id in ipairs(ids) do drop(id, load_details(queue, id)) end
  return true
end

-- Takes jobs that are promoted out of the retrying ones. `due`: in turn a member of `delayed` and
-- its score. `is_all`: no job that is due is left in `delayed`.
-- keys: retrying grouped
-- Why: a server of an older version promotes a job and leaves it here. It counts no more, for it is
-- due, and goes with the next promotion.
local function end_retrying (queue, due, is_all)
  local key, members = queue.keys.retrying, {}
  for i = 1, #due, 2 do members[#members + 1] = due[i] end
  if redis.call('ZREM', key, unpack(members)) > 0 then
    redis.call('ZREM', queue.keys.grouped, unpack(members))
  end
  if not is_all then return end
  local range = { '-inf', queue.now, 'LIMIT', 0, limits.batch }
  local left = redis.call('ZRANGEBYSCORE', key, unpack(range))
  if #left > 0 then redis.call('ZREM', key, unpack(left)) end
end

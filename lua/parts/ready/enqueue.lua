-- Puts a job into line: behind those of its priority that became ready before it.
-- Priority 5 is a list, which costs a tenth of a sorted set; the others share one, by priority and time.
-- keys: ready ranked
-- use: member_of
local function enqueue (keys, id, priority, since)
  if priority == nil or priority == 5 then
    redis.call('RPUSH', keys.ready, id)
  else
    redis.call('ZADD', keys.ranked, priority * 1e13 + since, member_of(id))
  end
end

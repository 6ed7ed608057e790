-- Ends at most a hundred leases that have expired. Called by run_steps, so by every script that
-- looks at a queue; while a request waits, at least every 900 ms.
-- keys: active stats
-- use: id_of
-- rarely: expire_lease record_states save_errors
local function expire_leases (queue)
  local keys = queue.keys
  local range = { '-inf', queue.now, 'WITHSCORES', 'LIMIT', 0, limits.expired_at_once }
  local expired = redis.call('ZRANGEBYSCORE', keys.active, unpack(range))
  if #expired == 0 then return end
  local members = {}
  for i = 1, #expired, 2 do members[#members + 1] = expired[i] end
  redis.call('ZREM', keys.active, unpack(members))
  local lists = { waiting = {}, failed = {} }
  for i, member in ipairs(members) do
    local id = id_of(member)
    table.insert(lists[expire_lease(queue, id, expired[2 * i])], id)
  end
  redis.call('HINCRBY', keys.stats, 'lost', #members)
  save_errors(queue)
  record_states(queue, 'lost', lists)
end

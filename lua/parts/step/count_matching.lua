-- Counts the jobs that an operation is about.
-- keys: delayed failed retrying completed blocked grouped
-- use: group_score
-- rarely: count_states
-- returns: a number; nil where each job would have to be looked at
local function count_matching (queue, where, filter)
  local keys = queue.keys
  for name in pairs(filter) do
    if name ~= 'error' then return nil end
  end
  if filter.error then
    local score = group_score(filter.error, where.state == 'failed')
    return redis.call('ZCOUNT', keys.grouped, score, score)
  end
  local sets = { failed = keys.failed, retrying = keys.retrying, delayed = keys.delayed }
  sets.completed, sets.blocked = keys.completed, keys.blocked
  if where.state == 'waiting' then return count_states(queue).waiting end
  return redis.call('ZCARD', sets[where.state])
end

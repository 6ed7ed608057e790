-- Counts the jobs that an operation is about.
-- keys: delayed failed retrying completed blocked grouped
-- use: group_score
local function count_matching (queue, where)
  local keys = queue.keys
  if where.error then
    local score = group_score(where.error, where.state == 'failed')
    return redis.call('ZCOUNT', keys.grouped, score, score)
  end
  local sets = { failed = keys.failed, retrying = keys.retrying, delayed = keys.delayed }
  sets.completed, sets.blocked = keys.completed, keys.blocked
  return redis.call('ZCARD', sets[where.state])
end

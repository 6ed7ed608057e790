-- Reads jobs of an error group that are retrying or have failed, for a bulk operation. `left`: the
-- last job that was left there, see resume_index.
-- keys: grouped
-- use: group_score read_range resume_index
-- returns: `limit` members at most
local function group_members (queue, fingerprint, state, limit, left)
  local key, score = queue.keys.grouped, group_score(fingerprint, state == 'failed')
  local first = math.max(redis.call('ZCOUNT', key, '-inf', '(' .. score), resume_index(key, left))
  local over = redis.call('ZCOUNT', key, '-inf', score)
  return read_range('ZRANGE', key, first, math.min(limit, over - first))
end

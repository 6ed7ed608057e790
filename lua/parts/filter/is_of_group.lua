-- Tells whether a retrying or failed job stands in an error group under that state.
-- keys: grouped
-- use: member_of group_score
local function is_of_group (queue, fingerprint, id, state)
  local score = redis.call('ZSCORE', queue.keys.grouped, member_of(id))
  return tonumber(score) == tonumber(group_score(fingerprint, state == 'failed'))
end

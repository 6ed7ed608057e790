-- Finds where a bulk operation goes on in a sorted set: behind the last job that it left there.
-- `left`: the score and the member of that job; '' for none.
-- returns: an index
local function resume_index (key, left)
  local score, member = left:match('^(%S+) (%S+)$')
  if not score then return 0 end
  if redis.call('ZSCORE', key, member) == score then return redis.call('ZRANK', key, member) + 1 end
  -- The job is gone, or has moved: those of the same score are read once more.
  return redis.call('ZCOUNT', key, '-inf', '(' .. score)
end

-- From which index on a bulk act reads a sorted set: behind the last job that it left there.
-- left: score and member of that job, with a space between; '' for none
local function resume_index (key, left)
  local score, member = left:match('^(%S+) (%S+)$')
  if not score then return 0 end
  if redis.call('ZSCORE', key, member) == score then return redis.call('ZRANK', key, member) + 1 end
  -- It is gone, or has moved: those of the same score are looked at once more.
  return redis.call('ZCOUNT', key, '-inf', '(' .. score)
end

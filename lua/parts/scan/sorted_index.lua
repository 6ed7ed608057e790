-- Finds a position in a sorted set, also where the member is gone.
-- returns: how many members are before that score and that member
--   whether the member is there, with that score
local function sorted_index (key, score, member)
  if redis.call('ZSCORE', key, member) == score then
    return redis.call('ZRANK', key, member), true
  end
  local low = redis.call('ZCOUNT', key, '-inf', '(' .. score)
  local high = redis.call('ZCOUNT', key, '-inf', score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if redis.call('ZRANGE', key, middle, middle)[1] < member then
      low = middle + 1
    else
      high = middle
    end
  end
  return low, false
end

-- Finds where a bulk operation goes on in a sorted set: behind the last job that it left there.
-- `left`: the score and the member of that job, which may be gone; '' for none.
-- use: sorted_index
-- returns: an index
local function resume_index (key, left)
  local score, member = left:match('^(%S+) (%S+)$')
  if not score then return 0 end
  local position, is_there = sorted_index(key, score, member)
  return is_there and position + 1 or position
end

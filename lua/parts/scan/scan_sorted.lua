-- Reads a slice of a sorted set: of its members from the index `low` to before the index `high`,
-- those behind the position of the scan, `count` at most.
-- use: sorted_index id_of
-- returns: a slice (see scan_slice); a position is a score, a space and a member
local function scan_sorted (key, scan, position, count, low, high)
  local score, member = position:match('^(%S+) (%S+)$')
  if score then
    local index, is_there = sorted_index(key, score, member)
    if scan.is_desc then
      high = math.min(high, index)
    else
      low = math.max(low, index + (is_there and 1 or 0))
    end
  end
  local left, found = math.max(0, high - low), {}
  count = math.min(count, left)
  if count > 0 then
    local first = scan.is_desc and high - count or low
    found = redis.call('ZRANGE', key, first, first + count - 1, 'WITHSCORES')
  end
  -- Where member and score number i are.
  local function at (i) return scan.is_desc and 2 * (count - i) + 1 or 2 * i - 1 end
  local ids = {}
  for i = 1, count do ids[i] = id_of(found[at(i)]) end
  return { ids = ids, next = function (n)
    if n == left then return '' end
    return n == 0 and position or found[at(n) + 1] .. ' ' .. found[at(n)]
  end }
end

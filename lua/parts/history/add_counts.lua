-- Adds up two texts of buckets and their counts, such as 37=5,38=9.
-- returns: the buckets, in their order
--   the count of each bucket, by bucket
--   the sum of the counts
local function add_counts (one, other)
  local buckets, counts, sum = {}, {}, 0
  for bucket, count in (one .. ',' .. other):gmatch('(%d+)=(%d+)') do
    bucket, count = tonumber(bucket), tonumber(count)
    if not counts[bucket] then buckets[#buckets + 1] = bucket end
    counts[bucket], sum = (counts[bucket] or 0) + count, sum + count
  end
  table.sort(buckets)
  return buckets, counts, sum
end

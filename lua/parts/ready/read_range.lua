-- Reads at most `count` entries of a list (LRANGE) or a sorted set (ZRANGE), from the index `from` on.
-- returns: the entries; none for a count of 0: a range whose last index is -1 means all there are
local function read_range (command, key, from, count)
  if count < 1 then return {} end
  return redis.call(command, key, from, from + count - 1)
end

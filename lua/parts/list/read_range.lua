-- Reads entries of a list (LRANGE) or of a sorted set (ZRANGE), from the index `first` on.
-- returns: a list of `count` entries at most
-- Why: a range whose last index is -1 means all entries, so a count of 0 must not be asked for.
local function read_range (command, key, first, count)
  if count < 1 then return {} end
  return redis.call(command, key, first, first + count - 1)
end

-- Tells how many failures there were in the last 60 seconds. Those of the minute before count in
-- part, as if they had been spread over it evenly.
-- keys: stats
-- returns: a whole number, rounded up
local function failure_rate (queue)
  local fields = { 'failed_minute', 'failed_now', 'failed_before' }
  local found = redis.call('HMGET', queue.keys.stats, unpack(fields))
  local minute, passed = math.floor(queue.now / 60000), queue.now % 60000 / 60000
  for i = 1, 3 do fields[i] = tonumber(found[i] or 0) end
  local known, latest, before = unpack(fields)
  if known == minute then return math.ceil(latest + before * (1 - passed)) end
  return known == minute - 1 and math.ceil(latest * (1 - passed)) or 0
end

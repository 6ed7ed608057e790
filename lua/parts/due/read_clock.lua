-- Reads the time of Redis. A test gives `now` instead.
-- returns: whole ms since 1970
local function read_clock (now)
  if now ~= '' then return tonumber(now) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

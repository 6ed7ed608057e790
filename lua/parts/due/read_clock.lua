-- The time in whole milliseconds since 1970 by Redis's clock, or `now` where a test gives one.
local function read_clock (now)
  if now ~= '' then return tonumber(now) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- How many of some records, with their details, fit into `room` bytes; the first of all always does.
-- apart: of each record how many bytes go out besides, where any do
-- returns: how many; the room that is left, 0 when some did not fit; the size of the largest
local function count_fitting (records, about, apart, room, first)
  local largest = 0
  for i, record in ipairs(records) do
    -- A record is 6 bytes and the payload.
    local size = record and #record - 6 + #(about[i] or '') + (apart[i] or 0) or 0
    if size > room and not (first and i == 1) then return i - 1, 0, largest end
    room, largest = math.max(0, room - size), math.max(largest, size)
  end
  return #records, room, largest
end

-- Counts how many of some records, with their details, fit into `room` bytes. The first one fits in
-- any case if `keeps_first` is true. `extra` has for some of them how many bytes go out besides.
-- returns: how many fit
--   the room that is left; 0 if some did not fit
--   the size of the largest
local function count_fitting (records, details_texts, extra, room, keeps_first)
  local largest = 0
  for i, record in ipairs(records) do
    local size = 0
    if record then
      size = #record - limits.record_header + #(details_texts[i] or '') + (extra[i] or 0)
    end
    if size > room and not (keeps_first and i == 1) then return i - 1, 0, largest end
    room, largest = math.max(0, room - size), math.max(largest, size)
  end
  return #records, room, largest
end

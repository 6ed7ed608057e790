-- Reads the plain jobs of a page, `count` at most and of 8 MiB together or a batch more; the last
-- one first if `is_desc` is true. `first`: the place of the first among those that wait, from 0.
-- use: index_of_plain read_plain
-- returns: a list: id as a number, and record, of each job in turn
--   whether some are left out, for there was no room
local function list_plain (queue, first, count, is_desc)
  local plain, room = {}, limits.answer_bytes
  while #plain < 2 * count and room > 0 do
    local left = count - #plain / 2
    local nth = first + (is_desc and left - 1 or count - left)
    local found = read_plain(queue, index_of_plain(queue, nth), left, is_desc)
    if #found == 0 then return plain, false end
    for _, value in ipairs(found) do plain[#plain + 1] = value end
    for i = 2, #found, 2 do room = room - #found[i] end
  end
  return plain, #plain < 2 * count
end

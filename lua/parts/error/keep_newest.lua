-- Puts new entries before known ones, each text once.
-- returns: a list of `most` entries at most
local function keep_newest (new, known, most)
  local list, seen = {}, {}
  for _, from in ipairs({ new, known }) do
    for _, entry in ipairs(from) do
      if #list < most and not seen[entry] then
        seen[entry], list[#list + 1] = true, entry
      end
    end
  end
  return list
end

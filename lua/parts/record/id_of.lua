-- Reads the id from a member of a sorted set (see member_of).
-- returns: the id, as text
local function id_of (member)
  return member:sub(2)
end

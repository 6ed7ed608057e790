-- A job's member in `delayed`: Redis orders equal scores as text, and there 10 would stand before 9.
-- One leading letter for the number of digits makes the order of text the order of ids.
local function member_of (id)
  return string.char(96 + #id) .. id
end

-- Makes the member of a job in the sorted sets: a letter for the number of digits, then the id.
-- returns: text, such as b42
-- Why: Redis orders equal scores as text, and there 10 would stand before 9. With the letter the
-- order of text is the order of ids.
local function member_of (id)
  return string.char(96 + #id) .. id
end

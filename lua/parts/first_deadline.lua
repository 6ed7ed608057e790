-- The deadline that a delivery had when it began, to the microsecond, which no other delivery of a job of that id has.
-- The score of `active` is that deadline until the first touch moves it; touch() and reclaim() then keep it in the details.
-- takes: detail score
-- returns: text; '' for a delivery from before deadlines had a fraction, whose receipt knows of none
if detail and detail.first_deadline then return detail.first_deadline end
local text = score and string.format('%.3f', score) or ''
return text:sub(-4) == '.000' and '' or text

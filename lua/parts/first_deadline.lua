-- The deadline that a delivery had when it began, with a fraction, which no other delivery of a job of that id has.
-- The score of `active` is that deadline until the first touch moves it; touch() and reclaim() then keep it in the details.
-- The fraction is of sixteenths of a ms: Redis writes such a score out as deliver() wrote it, so that it need not be read as a number.
-- takes: detail score
-- score: as Redis writes it
-- returns: text; '' for a delivery from before deadlines had a fraction, whose receipt knows of none
if detail and detail.first_deadline then return detail.first_deadline end
return score and score:find('.', 1, true) and score or ''

-- Tells the deadline that a delivery had when it began. `score` is the job's score in `active`, or
-- false where the job is not on lease.
-- returns: a time in ms, as text; '' where it is not known
-- Why: two deliveries of the same id and number began at different times (see make_receipt). The
-- score is the first deadline until a touch moves it; from then on the details keep it.
local function first_deadline (details, score)
  return details.first_deadline or score or ''
end

-- The deadline in ms that a delivery had when it began: of two deliveries of one id and one number (see
-- lua/parts/record/make_receipt.lua) the second begins at another time. The score of `active` is that deadline until
-- the first touch moves it; touch() and expire_leases() then keep it in the details.
-- score: as Redis writes it; false for a job that is not on lease
-- returns: text; '' where it is not known
local function first_deadline (detail, score)
  return detail and detail.first_deadline or score or ''
end

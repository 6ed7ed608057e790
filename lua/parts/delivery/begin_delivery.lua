-- Counts a delivery that begins on lease, and forgets what belonged to the time before it.
-- returns: the number of the delivery
--   the number of the attempt
-- Why: on lease, no `deliveries` and no `attempt` mean 1 (see load_details). When the first
-- delivery began stands in its receipt, and in `holders` where its worker has given its id.
local function begin_delivery (details, now)
  local deliveries, attempt = (details.deliveries or 0) + 1, (details.attempt or 0) + 1
  details.deliveries = deliveries > 1 and deliveries or nil
  details.attempt = (attempt ~= 1 or deliveries > 1) and attempt or nil
  details.lapsed, details.progress, details.first_deadline = nil, nil, nil
  details.since, details.ready_at = nil, nil
  details.started = deliveries > 1 and now or nil
  return deliveries, attempt
end

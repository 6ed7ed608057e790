-- Writes down how often a job was delivered and attempted, when its delivery ends.
-- Why: without a lease, no `deliveries` and no `attempt` mean 0 (see load_details).
local function end_delivery (details)
  details.deliveries, details.attempt = details.deliveries or 1, details.attempt or 1
end

-- What proves that a worker holds this delivery. The seed is the queue's own since its birth: after a purge ids begin
-- again, and receipts from before must fit nothing. The same id is also given out again, under the same seed, where
-- Redis has lost what it wrote last (a failover, a cut file, a backup that is restored): then the deadline differs,
-- for the second delivery begins later. The deadline is in whole ms: Redis reads and writes a score with a fraction so
-- slowly that leases cost it a quarter more.
-- deadline: see lua/parts/lease/first_deadline.lua
local function make_receipt (seed, id, delivery, deadline)
  local stem = seed .. ':' .. id .. ':' .. delivery .. (deadline == '' and '' or ':' .. deadline)
  return delivery .. '-' .. redis.sha1hex(stem):sub(1, 16)
end

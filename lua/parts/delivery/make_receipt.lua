-- Makes the receipt of a delivery: what proves that a worker holds it.
-- returns: the number of the delivery, '-', and 16 hexadecimal digits
-- Why: the seed is the queue's own since its birth. After a purge ids begin again, and receipts
-- from before must fit nothing. The same id is also given out again, under the same seed, where
-- Redis has lost its last writes (a failover, a cut file, a restored backup). Then the deadline
-- differs, for the second delivery begins later. `deadline` is '' where it is not known; see
-- first_deadline. A deadline is in whole ms: Redis reads and writes a score with a fraction so
-- slowly that leases would cost it a quarter more.
local function make_receipt (seed, id, delivery, deadline)
  local known = deadline == '' and '' or ':' .. deadline
  local stem = seed .. ':' .. id .. ':' .. delivery .. known
  return delivery .. '-' .. redis.sha1hex(stem):sub(1, 16)
end

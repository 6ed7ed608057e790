-- What proves that one holds this delivery. The seed is the queue's own since its birth: after a purge ids begin
-- again, and receipts from before must fit nothing.
-- takes: seed id delivery
return delivery .. '-' .. redis.sha1hex(seed .. ':' .. id .. ':' .. delivery):sub(1, 16)

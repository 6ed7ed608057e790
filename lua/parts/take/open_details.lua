-- Reads the details of a job that was popped, and ends its ttl: a worker has taken it in time. The
-- end of the ttl goes to the details, for a job that is put back needs it again.
-- keys: expiring
-- use: member_of
-- returns: a table; nil for a plain job
local function open_details (queue, popped, i)
  local key, id, text = queue.keys.expiring, popped.ids[i], popped.details[i]
  local expires = popped.has_ttl and redis.call('ZSCORE', key, member_of(id))
  if not text and not expires then return nil end
  local details = text and cjson.decode(text) or {}
  if expires then redis.call('ZREM', key, member_of(id)) end
  details.expires = expires and tonumber(expires) or nil
  return details
end

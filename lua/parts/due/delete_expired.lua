-- Deletes jobs whose ttl has ended before a worker took them.
-- keys: stats
-- use: load_details delete_job remove_entry announce_end record_one
local function delete_expired (queue, ids)
  for _, id in ipairs(ids) do
    local _, has_entry = delete_job(queue, id, load_details(queue, id))
    if has_entry then remove_entry(queue, id) end
    announce_end(queue, id, 'expired')
  end
  redis.call('HINCRBY', queue.keys.stats, 'expired', #ids)
  record_one(queue, 'expired gone', ids)
end

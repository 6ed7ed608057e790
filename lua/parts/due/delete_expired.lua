-- Drops jobs that nobody took in their time.
-- keys: stats
-- use: load_details delete_job remove_entry announce_end is_recording record_events
local function delete_expired (keys, ids, now)
  for _, id in ipairs(ids) do
    if select(2, delete_job(keys, id, load_details(keys, id))) then remove_entry(keys, id) end
    announce_end(keys, id, 'expired', now)
  end
  if #ids == 0 then return end
  redis.call('HINCRBY', keys.stats, 'expired', #ids)
  if is_recording(keys) then record_events(keys, { 'expired gone', table.concat(ids, ' ') }) end
end

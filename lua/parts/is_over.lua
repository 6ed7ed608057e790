-- Whether the time of a job is over, although no script has dropped it yet: each drops a hundred at most.
-- takes: keys id now
-- use: place
for _, key in ipairs({ keys.expiring, keys.completed }) do
  local ends_at = redis.call('ZSCORE', key, place(id))
  if ends_at and tonumber(ends_at) <= now then return true end
end
return false

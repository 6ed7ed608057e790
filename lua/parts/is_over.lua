-- Whether the time of a job is over, although no script has dropped it yet: each drops a hundred at most.
-- keys: completed expiring
-- use: place
local function is_over (keys, id, now)
  for _, key in ipairs({ keys.expiring, keys.completed }) do
    local ends_at = redis.call('ZSCORE', key, place(id))
    if ends_at and tonumber(ends_at) <= now then return true end
  end
  return false
end

-- Whether the time of a job is over, although no script has dropped it yet: each drops a hundred at most.
-- keys: completed expiring
-- use: member_of
local function is_expired (keys, id, now)
  for _, key in ipairs({ keys.expiring, keys.completed }) do
    local ends_at = redis.call('ZSCORE', key, member_of(id))
    if ends_at and tonumber(ends_at) <= now then return true end
  end
  return false
end

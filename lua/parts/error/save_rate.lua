-- Writes down how many failures a group had in a minute, and forgets those of more than a day ago.
-- keys: errors
local function save_rate (queue, fingerprint, minute, count)
  local key, field, first = queue.keys.errors, 'r' .. fingerprint, minute - limits.samples_kept
  local text = redis.call('HGET', key, field) or ''
  local kept = 1
  for at, ends in text:gmatch('(%d+):%d+ ()') do
    if tonumber(at) > first then break end
    kept = ends
  end
  local entry = string.format('%d:%d ', minute, count)
  redis.call('HSET', key, field, text:sub(kept) .. entry)
end

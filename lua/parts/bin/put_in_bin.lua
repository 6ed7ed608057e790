-- Keeps all that is stored of a job for 15 minutes, since an operation deletes it.
-- keys: bin binned
-- use: pack_job
-- returns: how many bytes it keeps
local function put_in_bin (queue, operation, id, details)
  local keys, text = queue.keys, pack_job(queue, id, details)
  local kept_until, name = queue.now + limits.bin_ms, operation.id .. ':' .. id
  redis.call('HSET', keys.bin, name, text)
  redis.call('ZADD', keys.binned, string.format('%d', kept_until), name)
  for _, key in ipairs({ keys.bin, keys.binned }) do redis.call('PEXPIRE', key, limits.bin_ms) end
  operation.bin_until = kept_until
  return #text
end

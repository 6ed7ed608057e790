-- Puts plain jobs at the end of the line, many at the price of one: nothing about them is not default. A thousand at most.
-- A record is the time in ms from which the job may run (6 bytes), and the payload.
-- keys: ready jobs
-- use: next_ids
-- returns: the id of the first; the others follow it
local function enqueue_plain (keys, payloads, now, seed)
  local first = next_ids(keys, #payloads, seed)
  local since, records, ids = struct.pack('>I6', now), {}, {}
  for i, payload in ipairs(payloads) do
    local id = string.format('%d', first + i - 1)
    ids[i], records[2 * i - 1], records[2 * i] = id, id, since .. payload
  end
  redis.call('HSET', keys.jobs, unpack(records))
  redis.call('RPUSH', keys.ready, unpack(ids))
  return first
end

-- Puts in plain jobs, a thousand at most, and appends them to the ready list: nothing about them is
-- not default.
-- keys: ready jobs
-- use: next_ids pack_record
-- returns: the id of the first job, as a number; the ids of the others follow it
-- Why: one HSET and one RPUSH make many jobs as cheap as one.
local function enqueue_plain (queue, payloads, seed)
  local first = next_ids(queue, #payloads, seed)
  local header, records, ids = pack_record(queue.now, ''), {}, {}
  for i, payload in ipairs(payloads) do
    local id = string.format('%d', first + i - 1)
    ids[i], records[2 * i - 1], records[2 * i] = id, id, header .. payload
  end
  redis.call('HSET', queue.keys.jobs, unpack(records))
  redis.call('RPUSH', queue.keys.ready, unpack(ids))
  return first
end

-- Puts in plain jobs, a thousand at most, and appends them to the list of those that wait: nothing
-- about them is not default.
-- keys: plain
-- use: next_ids pack_entry pack_record
-- returns: the id of the first job, as a number; the ids of the others follow it
-- Why: one RPUSH makes many jobs as cheap as one.
local function enqueue_plain (queue, payloads, seed)
  local first = next_ids(queue, #payloads, seed)
  local header, entries = pack_record(queue.now, ''), {}
  for i, payload in ipairs(payloads) do
    entries[i] = pack_entry(first + i - 1, header) .. payload
  end
  redis.call('RPUSH', queue.keys.plain, unpack(entries))
  return first
end

-- Reads the record of a job, be it in `jobs` or, for a plain job that waits, in `plain`.
-- keys: jobs
-- use: find_plain
-- returns: the record; nil if there is no such job
-- Why: a script that lists jobs has read their records, and keeps them in `memo.records`.
local function read_record (queue, id)
  local known = queue.memo.records
  if known and known[id] then return known[id] end
  return redis.call('HGET', queue.keys.jobs, id) or (find_plain(queue, id))
end

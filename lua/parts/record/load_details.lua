-- Reads the members of a job that are not default; save_details writes them.
-- keys: details
-- returns: a table; an empty one for a plain job
-- Why: while a job is on lease, no `deliveries` and no `attempt` mean 1, and at any other time 0.
-- So a plain job and its first lease cost nothing here (see begin_delivery and end_delivery).
local function load_details (queue, id)
  local text = redis.call('HGET', queue.keys.details, id)
  return text and cjson.decode(text) or {}
end

-- What is not default about a job, as a table; save_details() puts it back. While a job is on lease, no `deliveries` and no
-- `attempt` mean 1; at any other time 0. So a plain job, and its first lease, cost nothing here.
-- keys: details
local function load_details (keys, id)
  local text = redis.call('HGET', keys.details, id)
  return text and cjson.decode(text) or {}
end

-- Notes how the queue stands when a bulk operation or a scan begins. `start`: what the last call
-- returned, the time in ms and the last id of then; '' for the first call. `filter`: as
-- matches_filter wants it; all jobs if it is not given.
-- keys: stats
-- returns: a table: at, last, filter
-- Why: a bulk operation takes many calls, and ends with the jobs that were there at first. Workers
-- that fail a redriven job at once, or go on pushing, would keep it going for ever.
local function begin_bulk (queue, start, filter)
  local at, last = start:match('^(%d+) (%d+)$')
  if not at then
    at, last = queue.now, redis.call('HGET', queue.keys.stats, 'last_id') or 0
  end
  return { at = tonumber(at), last = tonumber(last), filter = filter or {} }
end

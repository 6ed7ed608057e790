-- Notes how the queue stands when a bulk operation begins. `start`: what the last call returned,
-- the time in ms and the last id of then; '' for the first call.
-- keys: stats
-- returns: a table: at, last
-- Why: a bulk operation takes many calls, and ends with the jobs that were there at first. Workers
-- that fail a redriven job at once, or go on pushing, would keep it going for ever.
local function begin_bulk (queue, start)
  local at, last = start:match('^(%d+) (%d+)$')
  if not at then
    at, last = queue.now, redis.call('HGET', queue.keys.stats, 'last_id') or 0
  end
  return { at = tonumber(at), last = tonumber(last) }
end

-- With what a bulk act began, so that it ends with the jobs that were there then, over however many
-- calls: workers that fail a redriven job at once, or go on pushing, would keep it going for ever.
-- keys: stats
-- given: as the last call returned it: the time in ms and the last id of then; '' for the first call
-- returns: a table of both
local function begin_bulk (keys, given, now)
  local at, last = given:match('^(%d+) (%d+)$')
  if not at then at, last = now, redis.call('HGET', keys.stats, 'last_id') or 0 end
  return { at = tonumber(at), last = tonumber(last) }
end

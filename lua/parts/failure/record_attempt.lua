-- Writes down how a delivery ended, for the story of its job, which has the last 25. `how`: failed,
-- lost, released or completed. `delivery`, as far as known:
--   is_late: its lease had expired, and so it is written down as lost
--   began: when it began by its receipt, in ms
--   failure: the beginning of its error as JSON
-- keys: holders reports
-- returns: the worker that had it; nil if that is not known
-- Why: a job that completes on its first delivery has no story, but for when that began.
local function record_attempt (queue, id, details, how, delivery)
  local keys, field, now = queue.keys, 'a' .. id, queue.now
  local text = redis.call('HGET', keys.reports, field) or ''
  local since, worker = (redis.call('HGET', keys.holders, id) or ''):match('^(%d+) (.*)$')
  local last = text:match('[^\n]*$')
  if delivery.is_late and last:find('^%d+ lost ') then
    text = text:sub(1, -#last - 2)
    since, worker = last:match('^%d+ lost (%d*) %d+ (%S*)')
  end
  local began = tonumber(details.started or since or delivery.began)
  details.started = nil
  -- A client may have written another time into its receipt.
  if began and began > now then began = nil end
  if how == 'completed' and text == '' then
    details.started = began
    return worker
  end
  began = began and string.format('%d', began) or ''
  local line = string.format('%d %s %s %d %s %s', details.attempt or 1, how, began, now,
    worker or '', delivery.failure or '')
  if select(2, text:gsub('\n', '')) >= limits.attempts_kept - 1 then
    text = text:match('^[^\n]*\n(.*)$')
  end
  redis.call('HSET', keys.reports, field, text == '' and line or text .. '\n' .. line)
  return worker ~= '' and worker or nil
end

-- Begins the delivery of a job on lease that may have details.
-- keys: reports
-- use: open_details ready_since begin_delivery save_details
-- returns: the number of the delivery
--   the number of the attempt
--   since when the job was ready, in ms
--   the form of that word in the reply (see lease_jobs)
--   the text with its traceparent and tracestate; nil if it has none
local function lease_details (queue, popped, i)
  local id, record = popped.ids[i], popped.records[i]
  local details = open_details(queue, popped, i)
  local since, form, trace = ready_since(record, details), ' %d', nil
  if not details then return '1', '1', since, form end
  local deliveries, attempt = begin_delivery(details, queue.now)
  if details.created then form = ' -%d' end
  if details.traceparent then
    form, trace = form .. '+', details.traceparent .. ' ' .. (details.tracestate or '')
  end
  if popped.has_reports then redis.call('HDEL', queue.keys.reports, 'p' .. id) end
  save_details(queue, id, details)
  return deliveries, attempt, since, form, trace
end

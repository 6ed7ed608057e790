-- Gives up the deliveries of nacks: each job waits and runs again, or has failed for good.
-- `fields`, of each job: id, receipt, error as JSON ('' for none), delay in ms ('' for the
-- backoff), '0' for no retry, jitter from -1 to 1, and a text about the delivery (see nack_one).
-- use: nack_one discard_failed is_recording count_failures save_errors
-- rarely: record_nacked
-- returns: for each job two values:
--   'delayed', 'failed', 'duplicate' (it has failed, for another job has its unique key by now), or
--     the code of an error
--   when it is tried next, in ms, as text; else 0
local function nack_jobs (queue, fields)
  local outcomes, nacked, failures = {}, is_recording(queue) and {}, 0
  for i = 1, #fields, limits.nack_fields do
    local id, receipt, last_error, delay, retry, jitter, about = unpack(fields, i, i + 6)
    local may_retry, wait = retry ~= '0', tonumber(delay)
    local state, at = nack_one(queue, id, receipt, last_error, wait, may_retry, jitter, about)
    outcomes[#outcomes + 1], outcomes[#outcomes + 2] = state, string.format('%d', at)
    -- The codes of errors are in capitals.
    if state:find('^%l') then failures = failures + 1 end
    if nacked then nacked[#nacked + 1] = { id = id, state = state, at = at } end
  end
  if failures > 0 then count_failures(queue, failures) end
  save_errors(queue)
  -- A batch of failures is more than the next call discards.
  discard_failed(queue, limits.batch)
  if nacked then record_nacked(queue, nacked) end
  return outcomes
end

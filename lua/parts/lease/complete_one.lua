-- Completes one job, whatever is known of it.
-- use: verify_receipt load_policy count_outcome archive_or_delete announce_end
-- rarely: record_attempt count_end
-- returns: '' or the code of an error
--   for how many ms the job and its result are kept; nil where this call has not completed it
-- Why: a client that waits for the result fetches it once it is told. So the result is kept for a
-- minute where a client waits, even if the policy keeps none.
local function complete_one (queue, id, receipt, result)
  local details, state = verify_receipt(queue, id, receipt)
  if not details then return state end
  if state == 'completed' then return '' end
  count_outcome(queue, id, 'processed')
  if details.operation then count_end(queue, details, 'completed') end
  local wanted = details.keep or load_policy(queue).keep
  local keep = math.max(wanted, details.awaited and limits.awaited_result_ms or 0)
  if keep > 0 then
    record_attempt(queue, id, details, 'completed', { is_late = state == 'lease_expired' })
  end
  archive_or_delete(queue, id, details, state, result, keep)
  announce_end(queue, id, 'done', keep > 0 and wanted == 0)
  return '', keep
end

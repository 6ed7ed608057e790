-- Completes the jobs of acks. `fields`: id, receipt and result as JSON ('' for none) of each job.
-- keys: stats
-- use: begin_completion make_receipt delete_completed is_recording
-- rarely: announce_end complete_one record_events
-- returns: for each job '' or the code of an error; to repeat the ack of a completed job is none
-- Why: a plain job costs one receipt, and a batch of them one command each (delete_completed).
local function complete_jobs (queue, fields)
  local ids, outcomes, completed, seen = {}, {}, is_recording(queue) and {}, {}
  for i = 1, #fields, 3 do ids[#ids + 1] = fields[i] end
  local batch = begin_completion(queue, ids)
  for n, id in ipairs(ids) do
    local receipt, deadline = fields[3 * n - 1], batch.deadlines[n]
    local outcome, keep = '', 0
    if deadline and not seen[id] and receipt == make_receipt(batch.seed, id, '1', deadline) then
      local count = #batch.ids + 1
      seen[id], batch.ids[count], batch.members[count] = true, id, batch.all_members[n]
      if batch.has_watchers or count == limits.batch then delete_completed(queue, batch) end
      if batch.has_watchers then announce_end(queue, id, 'done') end
    else
      delete_completed(queue, batch)
      outcome, keep = complete_one(queue, id, receipt, fields[3 * n])
    end
    outcomes[n] = outcome
    if completed and keep then
      local text = keep > 0 and string.format('%s@%d', id, queue.now + keep) or id
      completed[#completed + 1] = text
    end
  end
  delete_completed(queue, batch)
  if batch.count > 0 then redis.call('HINCRBY', queue.keys.stats, 'processed', batch.count) end
  if completed and #completed > 0 then
    record_events(queue, { 'acked gone', table.concat(completed, ' ') })
  end
  return outcomes
end

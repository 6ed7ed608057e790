-- Completes the jobs of acks, and gives up those of nacks, of which there is one at least.
-- `fields`: those of the acks (see complete_jobs), then those of `nacks` nacks (see nack_jobs).
-- use: complete_jobs nack_jobs
-- returns: for each job its outcome, the acks first:
--   of an ack '' or the code of an error
--   of a nack its state or the code of an error, a space, and when it is tried next in ms, or 0
local function settle_jobs (queue, fields, nacks)
  local acked, nacked, first = {}, {}, #fields - limits.nack_fields * nacks
  for i = 1, first do acked[i] = fields[i] end
  for i = first + 1, #fields do nacked[i - first] = fields[i] end
  local outcomes = #acked > 0 and complete_jobs(queue, acked) or {}
  local given_up = nack_jobs(queue, nacked)
  for i = 1, #given_up, 2 do
    outcomes[#outcomes + 1] = given_up[i] .. ' ' .. given_up[i + 1]
  end
  return outcomes
end

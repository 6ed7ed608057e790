-- Tells whether a job matches a filter. `state`: the one in which it is, as lists name it.
-- `filter`: as parse_filter returns it; a job must match all members that it has:
--   error: the fingerprint of the error group in which the job is
--   since, until: in ms, when the job came into its state: since then, and before then
--   tag: one of the tags of the job
--   min_attempt: the delivery under way, or how many there have been
--   worker: see had_worker
--   text: see has_text
-- use: is_of_group is_in_period had_worker has_text
local function matches_filter (queue, filter, id, state, details)
  if filter.error and not is_of_group(queue, filter.error, id, state) then return false end
  local tags = filter.tag and string.format(',%s,', details.tags or '')
  if tags and not tags:find(string.format(',%s,', filter.tag), 1, true) then return false end
  local attempt = details.attempt or (state == 'active' and 1 or 0)
  if filter.min_attempt and attempt < filter.min_attempt then return false end
  local has_period = filter.since or filter['until']
  if has_period and not is_in_period(queue, filter, id, state, details) then return false end
  -- A text leaves the fewest jobs, mostly.
  if filter.text and not has_text(queue, id, filter.text) then return false end
  return not filter.worker or had_worker(queue, id, state, filter.worker)
end

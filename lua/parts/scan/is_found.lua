-- Tells whether a scan (see scan_slice) has found a job: it is in its state, it was there when the
-- scan began, and the filter matches it.
-- use: load_details state_since is_newer matches_filter is_in_state
local function is_found (queue, scan, id)
  local state, records = scan.state, queue.memo.records
  local is_plain = records and records[id]
  local filter = scan.filter
  -- The score of its set tells since when it is there.
  local is_scored = state == 'failed' or state == 'blocked'
  local is_bare = is_scored and not filter.min_attempt and not filter.tag
  local details, since = {}, nil
  if not is_plain and not is_bare then details = load_details(queue, id) end
  if state ~= 'active' and not is_plain then since = state_since(queue, id, state, details) end
  return not is_newer(queue, id, since, scan.begin) and
    matches_filter(queue, filter, id, state, details) and is_in_state(queue, id, state)
end

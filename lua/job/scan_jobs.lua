-- Reads on in the jobs of one state, from a position on, and lists those that a filter matches.
-- args: now state order position start filter limit payload_max mode anyhow ...ids
--   position, start: what the last slice returned; '' for the first one
--   filter: see lua/WIRE.md; '' for none
--   payload_max: the bytes after which a payload is cut; its size then follows the job
--   mode: 'count' to count those that are found, else ''
--   anyhow: '1' to list what there is by now, else ''
--   ids: of jobs on lease, the next ones in the order of the ids
-- use: read_clock begin_read begin_bulk parse_filter scan_slice describe_jobs
-- returns: a list:
--   the position for the next slice; '' at the end
--   `start` for that slice; '' where more is due than one call deals with: call again
--   how many jobs were looked at
--   the jobs, as describe_jobs returns them; or how many there are
queue.now = read_clock(now)
local is_first = start == ''
local most = is_first and limits.promoted_by_take or limits.promoted_by_look
local _, more_due = begin_read(queue, most)
-- Jobs that are due wait, and a scan that has begun would miss them.
if is_first and more_due and state == 'waiting' and anyhow == '' then return { '', '', 0 } end
local begin = begin_bulk(queue, start)
local found, after, scanned = scan_slice(queue, {
  state = state,
  is_desc = order == 'desc',
  position = position,
  filter = parse_filter(filter),
  begin = begin,
  limit = tonumber(limit),
  ids = ids
})
local next_start = string.format('%d %d', begin.at, begin.last)
if mode == 'count' then return { after, next_start, scanned, #found } end
local kind = state == 'retrying' and 'delayed' or state
return { after, next_start, scanned,
  unpack(describe_jobs(queue, found, kind, tonumber(payload_max))) }

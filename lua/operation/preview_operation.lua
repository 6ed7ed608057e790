-- Shows what an operation would be about.
-- args: now settings
--   settings: JSON with `where`
-- use: read_clock begin_read count_matching operation_members id_of describe_jobs
-- returns: a list:
--   how many jobs there are
--   the first five, as describe_jobs returns them
queue.now = read_clock(now)
begin_read(queue, limits.promoted_by_look)
local wanted = cjson.decode(settings)
wanted.left = ''
local members, ids = operation_members(queue, wanted), {}
for i, member in ipairs(members) do
  if i <= limits.operation_preview then ids[i] = id_of(member) end
end
local state = wanted.where.state == 'retrying' and 'delayed' or wanted.where.state
local jobs = describe_jobs(queue, ids, state, limits.preview_bytes)
return { count_matching(queue, wanted.where), jobs }

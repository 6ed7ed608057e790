-- Takes a job away that an operation is about. A deleted one lies in the bin then, and one that is
-- moved in `moving`, until the other queue has it.
-- keys: moving jobs ranked
-- use: load_details why_left is_overdue put_in_bin delete_job announce_end member_of
-- rarely: pack_job
-- returns: what has become of it: deleted; left; gone if it is in another state by now
--   how much of a step that was, 1 for all
local function delete_one (queue, operation, id, filter)
  local keys, details = queue.keys, load_details(queue, id)
  local why = why_left(queue, operation, id, details, filter)
  if why or is_overdue(queue, id) then return why or 'gone', 0 end
  local has_entry = operation.where.state == 'waiting' and
    redis.call('HEXISTS', keys.jobs, id) == 1 and
    not redis.call('ZSCORE', keys.ranked, member_of(id))
  -- pack_job looks for that entry.
  if has_entry then details.stale = (details.stale or 0) + 1 end
  local bytes
  if operation['do'] == 'move' then
    local text = pack_job(queue, id, details)
    redis.call('HSET', keys.moving, operation.id .. ':' .. id, text)
    bytes = #text
  else
    bytes = put_in_bin(queue, operation, id, details)
  end
  local links = delete_job(queue, id, details) or 0
  announce_end(queue, id, 'cancelled')
  return 'deleted', math.max(bytes / limits.bin_step_bytes, links / limits.links_at_once)
end

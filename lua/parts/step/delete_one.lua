-- Takes a job away that an operation is about. A deleted one lies in the bin then, and one that is
-- moved in `moving`, until the other queue has it.
-- keys: moving
-- use: load_details is_newer_job is_matching is_overdue put_in_bin delete_job announce_end
-- rarely: pack_job
-- returns: what has become of it: deleted; left; gone if it is in another state by now
--   how much of a step that was, 1 for all
local function delete_one (queue, operation, id)
  local details = load_details(queue, id)
  if is_newer_job(queue, operation, id, details) then return 'left', 0 end
  if is_overdue(queue, id) or not is_matching(queue, operation.where, id) then return 'gone', 0 end
  local bytes
  if operation['do'] == 'move' then
    local text = pack_job(queue, id, details)
    redis.call('HSET', queue.keys.moving, operation.id .. ':' .. id, text)
    bytes = #text
  else
    bytes = put_in_bin(queue, operation, id, details)
  end
  local links = delete_job(queue, id, details) or 0
  announce_end(queue, id, 'cancelled')
  return 'deleted', math.max(bytes / limits.bin_step_bytes, links / limits.links_at_once)
end

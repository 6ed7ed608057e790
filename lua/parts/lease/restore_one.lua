-- Puts one job back to the head of the ready queue that was taken for good. `run_at`, `text`: when
-- it was to run at first in ms, and its details as JSON ('' for none).
-- keys: expiring jobs
-- use: pack_record restored_id member_of claim_unique_key fail_job enqueue_first save_details
-- returns: its id; nil if it is there already
--   its state: 'waiting', or 'failed' where another job has its unique key by now
local function restore_one (queue, id, payload, run_at, text)
  local keys, record = queue.keys, pack_record(run_at, payload)
  local details = text ~= '' and cjson.decode(text) or {}
  id = restored_id(queue, id, record, details)
  if not id then return nil end
  redis.call('HSET', keys.jobs, id, record)
  if details.expires then redis.call('ZADD', keys.expiring, details.expires, member_of(id)) end
  details.expires = nil
  local is_duplicate = claim_unique_key(queue, id, details) ~= nil
  if is_duplicate then
    fail_job(queue, id, details)
  else
    enqueue_first(queue, id, details)
  end
  save_details(queue, id, details)
  return id, is_duplicate and 'failed' or 'waiting'
end

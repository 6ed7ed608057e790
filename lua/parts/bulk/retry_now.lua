-- Puts a job into the ready queue that was delayed, or had failed and is out of that set.
-- use: save_details enqueue
local function retry_now (queue, id, details)
  details.since, details.ready_at = queue.now, nil
  save_details(queue, id, details)
  enqueue(queue, id, details.priority, queue.now)
end

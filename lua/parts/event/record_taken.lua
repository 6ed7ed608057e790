-- Records which jobs were handed out to which request.
-- use: record_events
local function record_taken (queue, popped, requests, shares)
  local events, last = {}, 0
  for i, request in ipairs(requests) do
    local first, n = last + 1, #events
    last = math.min(last + (shares[i] or 0), popped.count)
    if first <= last then
      local what = 'taken gone '
      if request.lease then
        what = string.format('taken active@%d ', queue.now + request.lease)
      end
      events[n + 1] = what .. request.worker
      events[n + 2] = table.concat(popped.ids, ' ', first, last)
    end
  end
  record_events(queue, events)
end

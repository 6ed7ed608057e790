-- Records what became of nacked jobs. `nacked`: of each its id, its state and when it is tried
-- next, as nack returns them.
-- use: record_events
local function record_nacked (queue, nacked)
  local events = {}
  for _, job in ipairs(nacked) do
    local n, what, text = #events, nil, job.id
    if job.state == 'failed' or job.state == 'duplicate' then
      what = 'nacked failed'
    elseif job.state == 'delayed' and job.at > queue.now then
      what, text = 'nacked delayed', string.format('%s@%d', job.id, job.at)
    elseif job.state == 'delayed' then
      what = 'nacked waiting'
    end
    if what then events[n + 1], events[n + 2] = what, text end
  end
  if #events > 0 then record_events(queue, events) end
end

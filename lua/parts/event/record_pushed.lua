-- Records the jobs of a push. `outcomes`: the reply of push. `dues`, by id: when a delayed job is
-- due, in ms; or the state of a job that is blocked or has failed.
-- use: record_events
local function record_pushed (queue, outcomes, dues)
  local lists, order, events = {}, {}, {}
  for id, outcome in outcomes:gmatch('(%d+) (%S+)') do
    local due, run = dues[id], tonumber(outcome)
    local verb = (run or outcome == 'new') and 'pushed' or outcome == 'replaced' and 'replaced'
    local state = tonumber(due) and 'delayed' or due or 'waiting'
    local what = verb and verb .. ' ' .. state
    if what and not lists[what] then lists[what], order[#order + 1] = {}, what end
    local text = id
    if run then
      text = id .. '+' .. outcome
    elseif state == 'delayed' then
      text = string.format('%s@%d', id, due)
    end
    if what then table.insert(lists[what], text) end
  end
  for _, what in ipairs(order) do
    local n = #events
    events[n + 1], events[n + 2] = what, table.concat(lists[what], ' ')
  end
  if #events > 0 then record_events(queue, events) end
end

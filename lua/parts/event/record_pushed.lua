-- Records what was pushed.
-- use: record_events
-- outcomes: as lua/job/push.lua returns them; dues: when those are due, in ms, that are delayed; or the state of those that are blocked or have failed
local function record_pushed (keys, outcomes, dues)
  local lists, order, happened = {}, {}, {}
  for id, outcome in outcomes:gmatch('(%d+) (%S+)') do
    local due, run = dues[id], tonumber(outcome)
    local verb = (run or outcome == 'new') and 'pushed' or outcome == 'replaced' and 'replaced'
    local state = tonumber(due) and 'delayed' or due or 'waiting'
    local what = verb and verb .. ' ' .. state
    if what and not lists[what] then lists[what], order[#order + 1] = {}, what end
    if what then table.insert(lists[what], run and id .. '+' .. outcome or state == 'delayed' and string.format('%s@%d', id, due) or id) end
  end
  for _, what in ipairs(order) do
    local n = #happened
    happened[n + 1], happened[n + 2] = what, table.concat(lists[what], ' ')
  end
  if #happened > 0 then record_events(keys, happened) end
end

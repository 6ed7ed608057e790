-- Records what was pushed.
-- takes: keys outcomes dues
-- use: report
-- outcomes: as lua/push.lua returns them; dues: when those are due, in ms, that are delayed
local lists, happened = { pushed_waiting = {}, pushed_delayed = {}, replaced_waiting = {}, replaced_delayed = {} }, {}
for id, outcome in outcomes:gmatch('(%d+) (%S+)') do
  local due, run = dues[id], tonumber(outcome)
  local list = lists[((run or outcome == 'new') and 'pushed_' or outcome .. '_') .. (due and 'delayed' or 'waiting')]
  if list then list[#list + 1] = run and id .. '+' .. outcome or due and string.format('%s@%d', id, due) or id end
end
for _, what in ipairs({ 'pushed_waiting', 'pushed_delayed', 'replaced_waiting', 'replaced_delayed' }) do
  local n = #happened
  if #lists[what] > 0 then happened[n + 1], happened[n + 2] = what:gsub('_', ' '), table.concat(lists[what], ' ') end
end
if #happened > 0 then report(keys, happened) end

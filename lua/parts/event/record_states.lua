-- Records one thing that was done with jobs which are in several states now. `lists`: ids by state.
-- use: record_one
local function record_states (queue, what, lists)
  for state, ids in pairs(lists) do record_one(queue, what .. ' ' .. state, ids) end
end

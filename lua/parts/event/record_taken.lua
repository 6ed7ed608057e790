-- Records what was given out.
-- use: record_events
local function record_taken (keys, picked, wishes, shares, now)
  local happened, last = {}, 0
  for i, wish in ipairs(wishes) do
    local first, n = last + 1, #happened
    last = math.min(last + (shares[i] or 0), #picked.ids)
    if first <= last then
      happened[n + 1] = (wish.lease and string.format('taken active@%d ', now + wish.lease) or 'taken gone ') .. wish.worker
      happened[n + 2] = table.concat(picked.ids, ' ', first, last)
    end
  end
  record_events(keys, happened)
end

-- Makes somebody who waits for a job to finish look once more, where more is to be done than one script does: their job may be the last of a long chain.
-- keys: watchers
-- use: publish
local function wake_watcher (keys)
  local watched = redis.call('HSCAN', keys.watchers, 0, 'COUNT', 1)[2]
  for i = 1, math.min(#watched, 20), 2 do
    for server in watched[i + 1]:gmatch('%S+') do
      if publish(keys, server, 'done ' .. watched[i]) > 0 then return end
    end
  end
end

-- Makes a server look once more whose clients wait for the end of a job.
-- keys: watchers
-- use: publish
-- Why: where more is left to resolve than one script does, the next script must come soon, for the
-- client's job may be the last of a long chain.
local function wake_watcher (queue)
  local found = redis.call('HSCAN', queue.keys.watchers, 0, 'COUNT', 1)[2]
  for i = 1, math.min(#found, 20), 2 do
    for server in found[i + 1]:gmatch('%S+') do
      if publish(queue, server, 'done ' .. found[i]) > 0 then return end
    end
  end
end

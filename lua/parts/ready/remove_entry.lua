-- Takes the entry of a job out of the ready list, where it stands within a thousand of an end. Searching on would cost the
-- length of the list: an entry that stays there is passed over by who takes, and by who lists (lua/parts/ready/remove_stale.lua).
-- keys: ready
-- returns: whether it is out
local function remove_entry (keys, id)
  for _, from in ipairs({ 1, -1 }) do
    if redis.call('LPOS', keys.ready, id, 'RANK', from, 'MAXLEN', 1000) then
      return redis.call('LREM', keys.ready, from, id) == 1
    end
  end
  return false
end

-- Does one thing with jobs that an operation is about, `room` of them at most. `change`, such as
-- retry_one, is called with the operation and the id of each, until it has done enough.
-- use: operation_members id_of
-- returns: the ids of the jobs that have changed, by what has become of them
--   how many they are
--   how many it has looked at
local function change_some (queue, operation, room, change)
  local members, key = operation_members(queue, operation)
  local lists, done, effort, seen = {}, 0, 0, 0
  for _, member in ipairs(members) do
    if done >= room or effort >= 1 then break end
    local id = id_of(member)
    local what, more = change(queue, operation, id)
    seen, effort = seen + 1, effort + more
    if what == 'duplicate' then operation.counts.duplicates = operation.counts.duplicates + 1 end
    if what == 'left' or what == 'duplicate' then
      local score = redis.call('ZSCORE', key, member)
      operation.left = score and score .. ' ' .. member or operation.left
    elseif what ~= 'gone' then
      lists[what], done = lists[what] or {}, done + 1
      table.insert(lists[what], id)
    end
  end
  return lists, done, seen
end

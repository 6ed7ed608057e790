-- Does one thing with jobs that an operation is about, `room` of them at most. `change`, such as
-- retry_one, is called with the operation, the id of each and the filter, until it has done enough.
-- use: operation_members parse_filter member_of
-- returns: the ids of the jobs that have changed, by what has become of them
--   how many they are
--   how many it has looked at; 0 at the end
local function change_some (queue, operation, room, change)
  if operation.is_scanned then return {}, 0, 0 end
  local filter, memo = parse_filter(operation.filter or ''), queue.memo
  local ids, key, after = operation_members(queue, operation, filter, room)
  local lists, done, effort, seen = {}, 0, 0, 0
  local function leave (id)
    local score = key and redis.call('ZSCORE', key, member_of(id))
    if score then operation.left = score .. ' ' .. member_of(id) end
  end
  for _, id in ipairs(ids) do
    local is_enough = done >= room or effort >= 1 or (memo.bytes_read or 0) >= limits.slice_bytes
    if key and is_enough then break end
    local what, more = change(queue, operation, id, filter)
    seen, effort = seen + 1, effort + more
    if what == 'duplicate' then operation.counts.duplicates = operation.counts.duplicates + 1 end
    if what == 'left' or what == 'duplicate' then
      leave(id)
    elseif what ~= 'gone' then
      lists[what], done = lists[what] or {}, done + 1
      table.insert(lists[what], id)
    end
  end
  if after then
    -- The next step of all tells that none are left.
    operation.left, operation.is_scanned, seen = after, after == '' or nil, 1
  end
  return lists, done, seen
end

-- Takes a job out of line that stays in the queue in another state. An entry that cannot be taken out of the ready list
-- is marked stale: of its entries so many, the first ones, are not those of the job any more.
-- keys: ranked
-- use: member_of remove_entry
local function leave_ready_queue (keys, id, detail)
  if redis.call('ZREM', keys.ranked, member_of(id)) == 0 and not remove_entry(keys, id) then
    detail.stale = (detail.stale or 0) + 1
  end
end

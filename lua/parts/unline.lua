-- Takes a job out of line that stays in the queue in another state. An entry that cannot be taken out of the ready list
-- is marked stale: of its entries so many, the first ones, are not those of the job any more.
-- keys: ranked
-- use: place drop_entry
local function unline (keys, id, detail)
  if redis.call('ZREM', keys.ranked, place(id)) == 0 and not drop_entry(keys, id) then
    detail.stale = (detail.stale or 0) + 1
  end
end

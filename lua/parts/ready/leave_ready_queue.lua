-- Takes a job out of the ready queue that goes on in another state. An entry of the ready list that
-- cannot be removed becomes stale.
-- keys: ranked
-- use: member_of remove_entry
-- Why: `stale` in the details counts the stale entries of the job. They are the first of its
-- entries, for a new one is always put behind them.
local function leave_ready_queue (queue, id, details)
  if redis.call('ZREM', queue.keys.ranked, member_of(id)) == 1 then return end
  if not remove_entry(queue, id) then details.stale = (details.stale or 0) + 1 end
end

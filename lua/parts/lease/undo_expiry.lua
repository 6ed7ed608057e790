-- Takes a job whose lease ran out from wherever that has put it: out of line, or from among the failed. Those that depend on it and have not
-- been told wait on. From among the failed it comes without its unique key: see lua/parts/push/claim_unique_key.lua.
-- keys: failed ended
-- use: member_of leave_ready_queue
local function undo_expiry (keys, id, detail)
  if redis.call('ZREM', keys.failed, member_of(id)) == 0 then leave_ready_queue(keys, id, detail) end
  redis.call('ZREM', keys.ended, id .. ' failed')
  detail.lapsed = nil
end

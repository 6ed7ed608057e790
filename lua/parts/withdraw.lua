-- Takes a job whose lease ran out from wherever that has put it: out of line, or from among the failed. Those that depend on it and have not been told wait on.
-- takes: keys id detail
-- use: place unline
if redis.call('ZREM', keys.failed, place(id)) == 0 then
  unline(keys, id, detail)
elseif detail.unique then
  redis.call('HSETNX', keys.unique, detail.unique, id)
end
redis.call('ZREM', keys.ended, id .. ' failed')
detail.lapsed = nil

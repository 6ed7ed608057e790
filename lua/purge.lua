-- Deletes a queue. UNLINK gives the memory back in the background, so a million jobs go at once.
-- keys: ready ranked delayed active failed completed expiring jobs details results holders unique policy stats workers heard given idempotency remembered waiters watchers restored
-- args: now
-- use: clock publish
local used = redis.call('EXISTS', stats) == 1
local servers = redis.call('ZRANGE', waiters, 0, 99)
redis.call('UNLINK', ready, ranked, delayed, active, failed, completed, expiring, jobs, details, results, holders, unique, policy, stats,
  workers, heard, given, idempotency, remembered, watchers, waiters, restored)
-- So that lua/restore.lua brings back nothing of before: no try comes later than that.
if used then
  redis.call('ZADD', restored, clock(now), 'purged')
  redis.call('PEXPIRE', restored, 120000)
end
-- Their clients wait on, and must be known again.
for _, server in ipairs(servers) do publish(keys, server, 'look 0') end

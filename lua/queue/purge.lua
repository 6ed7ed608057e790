-- Deletes a queue, but for what its workers have done and that they are there. UNLINK gives the memory back in the background, so a million jobs go at once.
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs details reports results holders unique policy stats latest given idempotency remembered waiters watchers restored history
-- use: publish is_recording record_events
local servers = redis.call('ZRANGE', waiters, 0, 99)
redis.call('UNLINK', ready, ranked, delayed, active, failed, completed, blocked, dependents, ended, expiring, jobs, details, reports, results, holders, unique, policy, stats,
  latest, given, idempotency, remembered, watchers, waiters, restored, history)
-- Their clients wait on, and must be known again.
for _, server in ipairs(servers) do publish(keys, server, 'look 0') end
if is_recording(keys) then record_events(keys, { 'purged', '' }) end

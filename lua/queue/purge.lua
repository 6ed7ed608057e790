-- Deletes a queue, but for what its workers have done, and that they are there.
-- keys: plain tombstones references
-- keys: ready ranked delayed active failed completed blocked dependents ended expiring jobs
-- keys: details reports results holders unique policy stats latest given idempotency remembered
-- keys: watchers waiters restored history retrying grouped errors
-- keys: errors_seen history_hours latency latency_hours operations bin binned moving
-- use: publish is_recording record_events
-- Why: UNLINK gives the memory back in the background, so a million jobs go at once. Clients that
-- wait go on waiting: their servers are told to register again.
local servers = redis.call('ZRANGE', waiters, 0, limits.servers_told - 1)
redis.call('UNLINK', plain, tombstones, references)
redis.call('UNLINK', ready, ranked, delayed, active, failed, completed, blocked, dependents, ended,
  expiring, jobs, details, reports, results, holders, unique, policy, stats, latest, given,
  idempotency, remembered, watchers, waiters, restored, history, retrying, grouped, errors,
  errors_seen, history_hours, latency, latency_hours, operations, bin, binned, moving)
for _, server in ipairs(servers) do publish(queue, server, 'look 0') end
if is_recording(queue) then record_events(queue, { 'purged', '' }) end

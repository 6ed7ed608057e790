-- Drops the oldest failed jobs where the policy bounds how long they are kept (keep_failed) or how many (max_failed).
-- keys: failed jobs details reports results holders stats
-- use: load_policy read_range announce_end is_recording record_events
-- most: how many at most in this call, 1000 at most
local function discard_failed (keys, now, most)
  local count = redis.call('ZCARD', keys.failed)
  if count == 0 then return end
  local set, ids, errors = load_policy(keys), {}, {}
  local excess = set.max_failed and count - set.max_failed or 0
  local old = set.keep_failed and redis.call('ZCOUNT', keys.failed, '-inf', now - set.keep_failed) or 0
  local members = read_range('ZRANGE', keys.failed, 0, math.min(most, math.max(excess, old)))
  if #members == 0 then return end
  redis.call('ZREM', keys.failed, unpack(members))
  for i, member in ipairs(members) do
    local id = member:sub(2)
    ids[i], errors[2 * i - 1], errors[2 * i] = id, 'e' .. id, 'p' .. id
  end
  -- They wait for nothing, and hold no unique key: see lua/parts/lease/fail_job.lua.
  for _, key in ipairs({ keys.jobs, keys.details, keys.results, keys.holders }) do redis.call('HDEL', key, unpack(ids)) end
  redis.call('HDEL', keys.reports, unpack(errors))
  for _, id in ipairs(ids) do announce_end(keys, id, 'discarded', now) end
  redis.call('HINCRBY', keys.stats, 'discarded', #ids)
  if is_recording(keys) then record_events(keys, { 'discarded gone', table.concat(ids, ' ') }) end
end

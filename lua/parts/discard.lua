-- Drops the oldest failed jobs where the policy bounds how long they are kept (keep_failed) or how many (max_failed).
-- keys: failed jobs details reports results holders stats
-- use: rules page finished listened report
-- most: how many at most in this call, 1000 at most
local function discard (keys, now, most)
  local count = redis.call('ZCARD', keys.failed)
  if count == 0 then return end
  local set, ids, errors = rules(keys), {}, {}
  local excess = set.max_failed and count - set.max_failed or 0
  local old = set.keep_failed and redis.call('ZCOUNT', keys.failed, '-inf', now - set.keep_failed) or 0
  local members = page('ZRANGE', keys.failed, 0, math.min(most, math.max(excess, old)))
  if #members == 0 then return end
  redis.call('ZREM', keys.failed, unpack(members))
  for i, member in ipairs(members) do
    local id = member:sub(2)
    ids[i], errors[2 * i - 1], errors[2 * i] = id, 'e' .. id, 'p' .. id
  end
  -- They wait for nothing, and hold no unique key: see lua/parts/fail.lua.
  for _, key in ipairs({ keys.jobs, keys.details, keys.results, keys.holders }) do redis.call('HDEL', key, unpack(ids)) end
  redis.call('HDEL', keys.reports, unpack(errors))
  for _, id in ipairs(ids) do finished(keys, id, 'discarded', now) end
  redis.call('HINCRBY', keys.stats, 'discarded', #ids)
  if listened(keys) then report(keys, { 'discarded gone', table.concat(ids, ' ') }) end
end

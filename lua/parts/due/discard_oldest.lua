-- Deletes the oldest failed jobs, `count` of them, 1000 at most.
-- keys: failed jobs details reports results holders stats grouped
-- use: read_range id_of announce_end record_one
-- Why: failed jobs wait for no other job and hold no unique key (see fail_job), so one command for
-- each key deletes them all.
local function discard_oldest (queue, count)
  local keys, ids, reports = queue.keys, {}, {}
  local members = read_range('ZRANGE', keys.failed, 0, count)
  redis.call('ZREM', keys.failed, unpack(members))
  redis.call('ZREM', keys.grouped, unpack(members))
  for i, member in ipairs(members) do
    local id = id_of(member)
    ids[i] = id
    reports[3 * i - 2], reports[3 * i - 1], reports[3 * i] = 'e' .. id, 'p' .. id, 'a' .. id
  end
  for _, key in ipairs({ keys.jobs, keys.details, keys.results, keys.holders }) do
    redis.call('HDEL', key, unpack(ids))
  end
  redis.call('HDEL', keys.reports, unpack(reports))
  for _, id in ipairs(ids) do announce_end(queue, id, 'discarded') end
  redis.call('HINCRBY', keys.stats, 'discarded', #ids)
  record_one(queue, 'discarded gone', ids)
end

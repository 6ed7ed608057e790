-- Completes the jobs of acks, a thousand at most, if all of them are plain and on their first
-- lease, and no client is to be told. `fields`: see complete_jobs.
-- keys: active jobs details holders dependents watchers reports events stats
-- use: load_policy member_of make_receipt
-- returns: the outcome of each job, which is ''; nil where one is of another kind, or is refused:
--   then nothing is written
-- Why: complete_jobs does the same for all kinds of jobs. This knows after three commands that
-- nothing else can be, and makes no functions for it: that halves what an ack costs. Its first
-- write removes, so it needs no allow_when_full.
local function complete_plain (queue, fields)
  local keys = queue.keys
  local others = redis.call('EXISTS', keys.details, keys.holders, keys.dependents, keys.watchers,
    keys.reports, keys.events)
  if others > 0 or #fields > 3 * limits.batch or load_policy(queue).keep ~= 0 then return nil end
  local seed = redis.call('HGET', keys.stats, 'seed')
  if not seed then return nil end
  local ids, members, seen, outcomes, count = {}, {}, {}, {}, 0
  for i = 1, #fields, 3 do
    count = count + 1
    ids[count], members[count] = fields[i], member_of(fields[i])
  end
  local deadlines = redis.call('ZMSCORE', keys.active, unpack(members))
  for i = 1, count do
    local id, deadline = ids[i], deadlines[i]
    if not deadline or seen[id] then return nil end
    if fields[3 * i - 1] ~= make_receipt(seed, id, '1', deadline) then return nil end
    seen[id], outcomes[i] = true, ''
  end
  redis.call('ZREM', keys.active, unpack(members))
  redis.call('HDEL', keys.jobs, unpack(ids))
  redis.call('HINCRBY', keys.stats, 'processed', count)
  return outcomes
end

-- Reads of all jobs that are to be completed which are plain: on their first lease, without
-- details, and nothing of them is to be kept.
-- keys: active dependents details holders reports stats watchers
-- use: load_policy member_of
-- returns: a table for complete_jobs and delete_completed:
--   deadlines: of each job that is plain the end of its lease, as text
--   all_members: the member of each job
--   ids, members: the plain jobs that are completed and not yet deleted
--   count: how many plain jobs have been deleted
--   seed, has_watchers, has_reports: facts about the queue
local function begin_completion (queue, ids)
  local keys = queue.keys
  local batch = { deadlines = {}, all_members = {}, ids = {}, members = {}, count = 0 }
  batch.seed = redis.call('HGET', keys.stats, 'seed')
  batch.has_watchers = redis.call('EXISTS', keys.watchers, keys.dependents) > 0
  batch.has_reports = redis.call('EXISTS', keys.reports) == 1
  if not batch.seed or load_policy(queue).keep ~= 0 then return batch end
  if redis.call('EXISTS', keys.holders) == 1 then return batch end
  for i, id in ipairs(ids) do batch.all_members[i] = member_of(id) end
  batch.deadlines = redis.call('ZMSCORE', keys.active, unpack(batch.all_members))
  if redis.call('EXISTS', keys.details) == 0 then return batch end
  for i, text in ipairs(redis.call('HMGET', keys.details, unpack(ids))) do
    if text then batch.deadlines[i] = false end
  end
  return batch
end

-- Begins a take of `count` jobs: reads once which kinds of jobs the queue may have.
-- keys: ranked dependents expiring details reports watchers
-- returns: a table for all parts of a take:
--   ids, records, details: of each job its id, its record, and its details as text or false
--   is_unsure: whether more jobs may be had by another call
--   has_ranked, has_details, has_ttl, has_watchers, has_reports: facts about the queue
--   words, texts: the reply, as far as it is done (see take_jobs)
--   deleted: ids of the jobs that went out for good
--   leased: deadline and member of each job that went out on lease
-- Why: a queue of plain jobs has none of these kinds, and one command says so.
local function begin_pop (queue, count)
  local keys = queue.keys
  local popped = {
    ids = {}, records = {}, details = {}, is_unsure = false,
    words = {}, texts = {}, deleted = {}, leased = {}
  }
  if count == 0 then return popped end
  local kinds = redis.call('EXISTS', keys.ranked, keys.details, keys.expiring, keys.watchers,
    keys.dependents)
  if kinds == 0 then return popped end
  popped.has_ranked = redis.call('EXISTS', keys.ranked) == 1
  popped.has_details = redis.call('EXISTS', keys.details) == 1
  popped.has_ttl = redis.call('EXISTS', keys.expiring) == 1
  popped.has_watchers = redis.call('EXISTS', keys.watchers, keys.dependents) > 0
  popped.has_reports = popped.has_details and redis.call('EXISTS', keys.reports) == 1
  return popped
end

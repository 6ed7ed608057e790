-- Begins a take of `count` jobs: reads once which kinds of jobs the queue may have.
-- keys: tombstones ready references ranked dependents expiring details reports watchers
-- returns: a table for all parts of a take:
--   is_all_plain: whether the ready queue has plain jobs alone, without tombstones (see fast/)
--   entries: then of each job its entry
--   ids, records, details: of each job its id, its record, and its details as text or false
--   count: how many jobs were taken out of the ready queue
--   is_unsure: whether more jobs may be had by another call
--   has_tombstones, has_ready, has_ranked, has_details, has_ttl, has_watchers, has_reports: facts
--     about the queue
--   words, texts: the reply, as far as it is done (see take_jobs)
--   is_plain: of each job whether it was in `plain`, and so is not in `jobs`
--   given, deleted: how many jobs went out for good; the ids of those that are in `jobs`
--   leased: deadline and member of each job that went out on lease
--   moved: id and record of each of them that was in `plain`
-- Why: a queue of plain jobs has none of these kinds, and one command says so.
local function begin_pop (queue, count)
  local keys = queue.keys
  local popped = {
    ids = {}, count = 0, is_unsure = false, words = {}, texts = {}, given = 0, leased = {},
    moved = {}
  }
  local kinds = count > 0 and redis.call('EXISTS', keys.ranked, keys.details, keys.expiring,
    keys.watchers, keys.dependents, keys.ready, keys.references, keys.tombstones)
  if kinds == 0 then
    popped.is_all_plain, popped.entries = true, {}
    return popped
  end
  popped.records, popped.details, popped.is_plain, popped.deleted = {}, {}, {}, {}
  if not kinds then
    popped.has_tombstones, popped.has_ready, popped.has_ranked = true, true, true
    return popped
  end
  popped.has_tombstones = redis.call('EXISTS', keys.tombstones) == 1
  popped.has_ready = redis.call('EXISTS', keys.ready, keys.references) > 0
  popped.has_ranked = redis.call('EXISTS', keys.ranked) == 1
  popped.has_details = redis.call('EXISTS', keys.details) == 1
  popped.has_ttl = redis.call('EXISTS', keys.expiring) == 1
  popped.has_watchers = redis.call('EXISTS', keys.watchers, keys.dependents) > 0
  popped.has_reports = popped.has_details and redis.call('EXISTS', keys.reports) == 1
  return popped
end

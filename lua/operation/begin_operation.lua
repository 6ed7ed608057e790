-- Begins an operation, which is about the jobs that are there now.
-- keys: operations
-- args: now id settings preview
--   settings: JSON of what the client wants; canary.within in ms, `filter` for parse_filter
--   preview: JSON of the jobs that the client was shown
-- use: allow_when_full read_clock run_due begin_bulk count_matching begin_round set_state
-- use: save_operation forget_operations parse_filter
-- returns: 1; 0 if there is an operation with this id
allow_when_full(queue)
queue.now = read_clock(now)
run_due(queue, limits.promoted_by_look)
if redis.call('HEXISTS', operations, id) == 1 then return 0 end
forget_operations(queue)
local operation = cjson.decode(settings)
operation.id, operation.left, operation.round = id, '', 0
operation.paced_at = queue.now
operation.begin, operation.created_at = begin_bulk(queue, ''), queue.now
local filter = parse_filter(operation.filter)
operation.counts = {
  matched = count_matching(queue, operation.where, filter), done = 0, completed = 0, failed = 0,
  gone = 0, duplicates = 0, restored = 0
}
if operation.counts.matched == 0 then
  set_state(queue, operation, 'completed')
elseif operation.canary then
  begin_round(queue, operation)
else
  operation.round = 1
  set_state(queue, operation, 'running')
end
save_operation(queue, operation)
redis.call('HSET', operations, 'p' .. id, preview)
return 1

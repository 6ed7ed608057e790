-- Takes at most `count` jobs out of the ready queue, of 8 MiB together, and skips stale entries, a
-- thousand at most. The first job goes out however large it is. `takes_for_good`: some jobs go out
-- for good, and their last error with them.
-- keys: plain tombstones ranked jobs details
-- use: peek_entries count_fitting add_taken
-- rarely: count_errors delete_tombstones
-- returns: popped.count, and what begin_pop says of ids, records, details, is_plain and is_unsure
-- Why: an answer that takes Redis and the network longer than a request waits for it is lost, and
-- its jobs with it. So a batch has as many jobs as fit for certain if they are no larger than those
-- of the batch before it.
local function pop_ready (queue, popped, count, takes_for_good)
  local keys = queue.keys
  local n, skipped, room, batch = 0, 0, limits.answer_bytes, limits.first_batch
  while n < count and skipped <= limits.stale_skipped and room > 0 do
    local found, key, known = peek_entries(queue, math.min(count - n, batch), popped)
    if #found == 0 then return end
    local is_plain = key == keys.plain
    local stored = is_plain and known or redis.call('HMGET', keys.jobs, unpack(found))
    local texts = popped.has_details and redis.call('HMGET', keys.details, unpack(found)) or {}
    local extra = takes_for_good and popped.has_reports and count_errors(queue, found, texts) or {}
    local last, largest
    last, room, largest = count_fitting(stored, texts, extra, room, n == 0)
    if last == 0 then break end
    if key == keys.ranked then
      redis.call('ZREM', key, unpack(known, 1, last))
    else
      redis.call('LTRIM', key, last, -1)
    end
    local stale = add_taken(queue, popped, found, stored, texts, last, is_plain, known)
    if is_plain and stale > 0 then
      redis.call('ZREMRANGEBYSCORE', keys.tombstones, '-inf', found[last])
      -- Ten of a run cost as much as one that is read.
      stale = stale + math.floor(delete_tombstones(queue, true) / 10)
    end
    n, skipped = popped.count, skipped + stale
    batch = math.max(1, math.min(limits.batch, math.floor(room / math.max(largest, 1))))
  end
  popped.is_unsure = n < count
end

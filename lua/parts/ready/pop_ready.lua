-- Takes at most `count` jobs, of 8 MiB together, out of line: priorities 0 to 4, the list of priority 5, then 6 to 9. Passes over places whose
-- job is gone or has moved on, a thousand of them at most. An answer that takes Redis and the network longer than a request waits for it
-- is lost, and its jobs with it; the first job goes out however large it is.
-- keys: ready ranked dependents expiring jobs details reports watchers
-- use: is_current count_fitting
-- whole: some go out for good, and with them what has been reported of them
-- returns: ids, their records, their details as text (false for none); whether to ask again; and what hand_out() needs and fills
local function pop_ready (keys, count, whole)
  local picked = { ids = {}, records = {}, kept = {}, unsure = false, gone = {}, leased = {}, words = {}, texts = {} }
  local ids, records, kept, n, passed, room, handful = picked.ids, picked.records, picked.kept, 0, 0, 8388608, 16
  if count == 0 then return picked end
  local ranked, detailed = false, false
  -- Of plain jobs there is none of these.
  if redis.call('EXISTS', keys.ranked, keys.details, keys.expiring, keys.watchers, keys.dependents) > 0 then
    ranked, detailed = redis.call('EXISTS', keys.ranked) == 1, redis.call('EXISTS', keys.details) == 1
    picked.mortal, picked.watched = redis.call('EXISTS', keys.expiring) == 1, redis.call('EXISTS', keys.watchers, keys.dependents) > 0
    picked.reported = detailed and redis.call('EXISTS', keys.reports) == 1
  end
  while n < count and passed <= 1000 and room > 0 do
    local wanted = math.min(count - n, handful)
    local found = ranked and redis.call('ZRANGEBYSCORE', keys.ranked, '-inf', '(5e13', 'LIMIT', 0, wanted) or {}
    local line = #found == 0 and redis.call('LRANGE', keys.ready, 0, wanted - 1) or {}
    if #found == 0 and #line == 0 and ranked then found = redis.call('ZRANGE', keys.ranked, 0, wanted - 1) end
    if #found == 0 and #line == 0 then return picked end
    for i, member in ipairs(found) do line[i] = member:sub(2) end
    local here = redis.call('HMGET', keys.jobs, unpack(line))
    local last, largest
    local about, apart = detailed and redis.call('HMGET', keys.details, unpack(line)) or {}, {}
    for i, id in ipairs(whole and picked.reported and line or {}) do
      if about[i] then apart[i] = redis.call('HSTRLEN', keys.reports, 'e' .. id) end
    end
    last, room, largest = count_fitting(here, about, apart, room, n == 0)
    if last == 0 then break end
    if #found > 0 then
      redis.call('ZREM', keys.ranked, unpack(found, 1, last))
    else
      redis.call('LTRIM', keys.ready, last, -1)
    end
    for i = 1, last do
      if here[i] and (not about[i] or is_current(keys, line[i], about, i, #found == 0)) then
        n = n + 1
        ids[n], records[n], kept[n] = line[i], here[i], about[i] or false
      else
        passed = passed + 1
      end
    end
    -- So many as fit for certain if they are no larger than these.
    handful = math.max(1, math.min(1000, math.floor(room / math.max(largest, 1))))
  end
  picked.unsure = n < count
  return picked
end

-- Answers a push whose unique key another unfinished job has, unless it is to replace that job and
-- can. `server`: the server whose client waits for the result; nil for none.
-- keys: active
-- use: save_idempotent register_watcher member_of
-- returns: 'ignored' or 'exists'; nil if the job is to be replaced
local function answer_duplicate (queue, id, options, server)
  if options.on_duplicate == 'ignore' then
    if options.idempotency then save_idempotent(queue, options, id, 'ignored') end
    if server then register_watcher(queue, id, server) end
    return 'ignored'
  end
  if options.on_duplicate ~= 'replace' then return 'exists' end
  if redis.call('ZSCORE', queue.keys.active, member_of(id)) then return 'exists' end
end

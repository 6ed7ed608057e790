-- Notes a failure for its error group; save_errors writes what a call has noted. `error`: the
-- beginning of the error as JSON; '' if the worker told none. `worker`: nil if it is not known.
local function record_error (queue, fingerprint, id, worker, error)
  local memo = queue.memo
  memo.errors = memo.errors or {}
  local noted = memo.errors[fingerprint] or { count = 0, samples = {}, workers = {} }
  memo.errors[fingerprint] = noted
  noted.count = noted.count + 1
  local sample = { id = id, at = queue.now, worker = worker }
  sample.error = error ~= '' and cjson.decode(error) or nil
  table.insert(noted.samples, 1, sample)
  noted.samples[limits.error_samples + 1] = nil
  if worker and #noted.workers < limits.error_workers then
    table.insert(noted.workers, 1, worker)
  end
end

-- Tells a job from another job that has the same id in the same generation of the queue.
-- use: run_at_of
-- returns: text: random letters of a server where a client waited from the start, and else when the
--   job was pushed, in ms; it stays the same as long as the job exists, also when it is replaced
local function identity_of (record, details)
  return tostring(details.born or details.created or string.format('%d', run_at_of(record)))
end

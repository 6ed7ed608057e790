-- Leases a job, then acknowledges it in a request of its own. Arguments: the query of the
-- acknowledgement, up to the receipt. With `next=1` in that query the answer is the next job, and
-- is acknowledged in its turn.
local ack
local due = {}

function init (args)
  ack = args[1]
end

function request ()
  local path = table.remove(due)
  if path then return wrk.format('POST', path) end
  return wrk.format('GET', '/q/mail?lease=60')
end

function response (_, headers)
  local job, receipt = headers['x-presque-job'], headers['x-presque-receipt']
  if receipt then due[#due + 1] = '/j/mail/' .. job .. '/ack?' .. ack .. receipt end
end

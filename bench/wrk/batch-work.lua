-- Leases 100 jobs, then acknowledges them in a request of their own.
local due = {}

local json = { ['content-type'] = 'application/json' }

function request ()
  local body = table.remove(due)
  if body then return wrk.format('POST', '/qb/mail/ack', json, body) end
  return wrk.format('GET', '/qb/mail?lease=60&batch_size=100')
end

function response (_, _, body)
  local jobs = {}
  for id, receipt in body:gmatch('"id":"(%w+)","receipt":"([^"]+)"') do
    jobs[#jobs + 1] = '{"id":"' .. id .. '","receipt":"' .. receipt .. '"}'
  end
  if #jobs > 0 then due[#due + 1] = '{"jobs":[' .. table.concat(jobs, ',') .. ']}' end
end

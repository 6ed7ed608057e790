-- Deletes the last elements of a list of periods that lie after `period`. An element begins with
-- the number of its period.
-- returns: the last element that is left, '' if there is none
-- Why: those were written before the clock was set back.
local function delete_ahead (key, period, most)
  local last = ''
  for _ = 1, most + 1 do
    last = redis.call('LINDEX', key, -1) or ''
    local ahead = last:match('^(%d+) ')
    if not ahead or tonumber(ahead) <= period then break end
    redis.call('RPOP', key)
  end
  return last
end

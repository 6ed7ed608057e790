-- Adds failures to a group: its count, the count of the minute that runs, and that of the minute
-- before.
-- rarely: save_rate
local function add_failures (queue, fingerprint, group, count)
  local minute = math.floor(queue.now / 60000)
  if group.minute ~= minute then
    if group.minute then save_rate(queue, fingerprint, group.minute, group.latest) end
    group.before = group.minute == minute - 1 and group.latest or 0
    group.minute, group.latest = minute, 0
  end
  group.latest, group.count = group.latest + count, group.count + count
end

-- Reads `count` entries of the ready list, or of the references, from a position on.
-- keys: references
-- use: find_cut
-- returns: a table:
--   entries: in the order of the scan
--   left: how many entries there are from the position on, read or not
--   position_after: a function that tells the position behind the first n of them; '' if no entry
--     is left there
local function read_cut (queue, key, position, count, is_desc)
  local length, index = redis.call('LLEN', key), find_cut(queue, key, position, is_desc)
  local left = is_desc and index or length - index
  count = math.min(count, left)
  local step = is_desc and -1 or 1
  local from = math.max(0, index - (is_desc and count or 0) - limits.cut_neighbours)
  local to = index + (is_desc and 0 or count) + limits.cut_neighbours
  local around = redis.call('LRANGE', key, from, to)
  local function entry_at (i) return around[i - from + 1] end
  local entries = {}
  for n = 1, count do entries[n] = entry_at(is_desc and index - n or index + n - 1) end
  local function neighbours (first, way)
    local found = {}
    for n = 1, limits.cut_neighbours do found[n] = entry_at(first + (n - 1) * way) end
    return #found > 0 and table.concat(found, ',') or '-'
  end
  local function position_after (n)
    if n == left then return '' end
    if n == 0 and position ~= '' then return position end
    local cut = index + n * step
    local away = key == queue.keys.references and cut or length - cut
    return string.format('%d %s %s', away, neighbours(cut - 1, -1), neighbours(cut, 1))
  end
  return { entries = entries, left = left, position_after = position_after }
end

-- Searches the list of plain jobs for the first entry whose id is `id` or higher. `id`: a number.
-- keys: plain
-- use: entry_id
-- returns: its index, from 0; the length of the list if there is none
--   the entry; nil if there is none
-- Why: a probe (LINDEX) walks along the list, so each probe costs. Ids ascend and are nearly
-- dense: an entry is never further behind another one than its id is higher, and mostly as far. So
-- the second probe finds it in a queue of plain jobs alone. Each third one halves the rest.
local function search_plain (queue, id)
  local key = queue.keys.plain
  local first = redis.call('LINDEX', key, 0)
  if not first then return 0 end
  local low, low_id, entry = 0, entry_id(first), nil
  if low_id >= id then return 0, first end
  -- All entries up to `below` have lower ids, and that at `high`, if there is one, has not.
  local length = redis.call('LLEN', key)
  local below, high, high_id = 0, math.min(length, id - low_id), nil
  local guess, probes = math.min(high, length - 1), 0
  while high - below > 1 or (not entry and high < length) do
    local probed = redis.call('LINDEX', key, guess)
    local probed_id = entry_id(probed)
    if probed_id < id then
      below, low, low_id = guess, guess, probed_id
      local bound = guess + id - probed_id
      if bound < high then high, high_id, entry = bound, nil, nil end
    else
      high, high_id, entry = guess, probed_id, probed
      below = math.max(below, guess - (probed_id - id) - 1)
    end
    probes = probes + 1
    local share = high_id and (id - low_id) / (high_id - low_id) or 1
    guess = probes % 3 == 0 and (below + high) / 2 or low + (high - low) * share
    local most = entry and high - 1 or math.min(high, length - 1)
    guess = math.max(below + 1, math.min(math.floor(guess), most))
  end
  return high, entry
end

-- Moves plain jobs that layout 2 keeps in `jobs` and `ready` to `plain`, `limit` of them at most
-- and of 1 MiB together, from the last entry on. The last one moves however large it is.
-- keys: plain ready references jobs details expiring stats
-- args: limit
-- use: pack_entry entry_id member_of reference_id
-- returns: the cursor for the next call; '0' at the end
-- Why: the ready list is before all references and plain jobs. So the last job there goes to the
-- head of `plain` if its id is lower than those there, and else to the head of `references`.
local entries = redis.call('LRANGE', ready, -limit, -1)
if #entries == 0 then return '0' end
local room = limits.moved_bytes
for i = #entries, 1, -1 do
  room = room - redis.call('HSTRLEN', jobs, entries[i])
  if room < 0 and i < #entries then
    entries = { unpack(entries, i + 1) }
    break
  end
end
local records = redis.call('HMGET', jobs, unpack(entries))
local texts = redis.call('HMGET', details, unpack(entries))
local head = redis.call('LINDEX', plain, 0)
local first = head and entry_id(head) or tonumber(redis.call('HGET', stats, 'last_id') or 0) + 1
local _, bound = reference_id(redis.call('LINDEX', references, 0) or '0:' .. first)
redis.call('LTRIM', ready, 0, -#entries - 1)
local moved = {}
for i = #entries, 1, -1 do
  local id, record = entries[i], records[i]
  local number = tonumber(id)
  local is_plain = record and number < first and number <= bound and not texts[i] and
    not redis.call('ZSCORE', expiring, member_of(id))
  if is_plain then
    first, moved[#moved + 1] = number, id
    redis.call('LPUSH', plain, pack_entry(number, record))
  elseif record then
    bound = math.min(bound, first - 1)
    redis.call('LPUSH', references, string.format('%s:%d', id, bound))
  end
end
if #moved > 0 then redis.call('HDEL', jobs, unpack(moved)) end
return '1'

-- Gives plain jobs to a request for good: those of `popped.entries` from the index `first` to
-- `last`.
-- returns: what give_jobs returns
-- Why: as for lease_plain.
local function give_plain (popped, first, last)
  local entries, ids, texts, words = popped.entries, popped.ids, popped.texts, popped.words
  local w, known, since = #words, nil, nil
  for i = first, last do
    local entry = entries[i]
    local number, run_at = struct.unpack('>I6I6', entry)
    if run_at ~= known then known, since = run_at, string.format('%d', run_at) end
    ids[i], texts[i] = string.format('%d', number), entry:sub(limits.payload_start + 1)
    words[w + 1], words[w + 2], words[w + 3] = ids[i], since, '-'
    w = w + 3
  end
  popped.given = popped.given + last - first + 1
end

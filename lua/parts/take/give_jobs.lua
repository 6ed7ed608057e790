-- Gives jobs to a request for good: those of `popped` from the index `first` to `last`.
-- use: payload_of run_at_of
-- rarely: give_details announce_end
-- returns: popped.words: for each job its id, when it was to run at first in ms, and '+' where its
--     details are the text after its payload, else '-'
--   popped.texts: of each job its payload, and its details as JSON if it has some
--   popped.given, popped.deleted: what store_taken writes
local function give_jobs (queue, popped, first, last)
  local ids, is_plain = popped.ids, popped.is_plain
  local words, texts, deleted = popped.words, popped.texts, popped.deleted
  for i = first, last do
    local id, record, kept = ids[i], popped.records[i], popped.details[i]
    texts[#texts + 1] = payload_of(record)
    if not is_plain[i] then deleted[#deleted + 1] = id end
    if popped.has_watchers then announce_end(queue, id, 'done') end
    local text = (kept or popped.has_ttl) and give_details(queue, popped, i)
    words[#words + 1] = string.format(text and '%s %d +' or '%s %d -', id, run_at_of(record))
    if text then texts[#texts + 1] = text end
  end
  popped.given = popped.given + math.max(0, last - first + 1)
end

-- Tells whether a text is in the payload of a job, byte for byte.
-- use: read_record
-- returns: whether it is there
--   memo.bytes_read: how many bytes this call has searched so far
local function has_text (queue, id, text)
  local record, memo = read_record(queue, id), queue.memo
  if not record then return false end
  memo.bytes_read = (memo.bytes_read or 0) + #record
  return record:find(text, limits.record_header + 1, true) ~= nil
end

-- What tells a job from another one of its id, in one generation of a queue: random letters of the server where a client waited
-- from the start, else when it was pushed, in ms. It stays the same for as long as the job lives, also when it is replaced.
local function identity_of (record, detail)
  return tostring(detail.born or detail.created or string.format('%d', (struct.unpack('>I6', record))))
end

-- Tells the middle of a bucket: operations/metric/latency-bucket.ts says which there are.
-- returns: whole ms
local function bucket_time (bucket)
  if bucket < 32 then return bucket end
  local width = 2 ^ (math.floor(bucket / 16) - 1)
  return width * (16 + bucket % 16) + math.floor(width / 2)
end

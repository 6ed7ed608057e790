-- Reads quantiles off the counts of buckets (see add_counts).
-- use: bucket_time
-- returns: text: how many there are, and their p50, p95 and p99 in ms; 0 0 0 0 if there are none
--   text: the buckets and their counts
local function read_quantiles (buckets, counts, sum)
  local words, texts, seen = { string.format('%d', sum) }, {}, 0
  local shares = { 0.5, 0.95, 0.99 }
  for i, bucket in ipairs(buckets) do
    texts[i] = string.format('%d=%d', bucket, counts[bucket])
    seen = seen + counts[bucket]
    while #words <= #shares and seen >= math.ceil(shares[#words] * sum) do
      words[#words + 1] = string.format('%d', bucket_time(bucket))
    end
  end
  while #words <= #shares do words[#words + 1] = '0' end
  return table.concat(words, ' '), table.concat(texts, ',')
end

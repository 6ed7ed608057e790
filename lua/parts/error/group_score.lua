-- Makes the score of a job in `grouped`. `is_failed`: it has failed for good, and is not retrying.
-- returns: text; twice the fingerprint as a number, and 1 more for a failed job
-- Why: 48 bits of fingerprint and this one fit into the 53 bits of a score. So the number of jobs
-- of a group is a ZCOUNT, and no group needs a number of its own.
local function group_score (fingerprint, is_failed)
  return string.format('%.0f', 2 * tonumber(fingerprint, 16) + (is_failed and 1 or 0))
end

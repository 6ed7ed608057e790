-- Reads a filter of jobs. `text`: JSON, see WIRE.md; '' for no filter.
-- returns: a table, as matches_filter wants it; an empty one matches all jobs
local function parse_filter (text)
  return text == '' and {} or cjson.decode(text)
end

-- Makes a slice of jobs on lease. `ids`: given by the server, which has read all of them and picked
-- the next ones by their ids; a position is an id.
-- returns: a slice (see scan_slice)
-- Why: a touch moves a job among the ends of leases. Its id stays, so no job is passed over or met
-- twice.
local function scan_active (scan)
  local ids = scan.ids
  scan.ids = {}
  return { ids = ids, next = function (n) return n == #ids and '' or ids[n] or scan.position end }
end

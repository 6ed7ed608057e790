-- Takes jobs out of line: for good, or on lease.
-- args: now server ...requests
-- use: read_clock take_jobs allow_when_full
-- server: the one to tell when there is something, if somebody there gets nothing now and waits; '' for none
-- requests, and what it returns: see lua/parts/take/take_jobs.lua
allow_when_full(keys)
return take_jobs(keys, requests, server, read_clock(now))

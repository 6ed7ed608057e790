-- Takes jobs out of line: for good, or on lease.
-- args: now server ...requests
-- use: clock serve unbar
-- server: the one to tell when there is something, if somebody there gets nothing now and waits; '' for none
-- requests, and what it returns: see lua/parts/serve.lua
unbar(keys)
return serve(keys, requests, server, clock(now))

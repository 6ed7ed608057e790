-- Takes jobs out of the ready queue: for good, or on lease.
-- args: now server ...requests
-- use: allow_when_full read_clock take_jobs
-- returns: what take_jobs returns; server, requests: see there
allow_when_full(queue)
queue.now = read_clock(now)
return take_jobs(queue, requests, server)

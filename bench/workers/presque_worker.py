"""The Worker of presque's Python client."""
import os
import sys
import threading
import time

from rounds import serve_rounds

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../clients/python"))
import presque  # noqa: E402

client = presque.Presque(sys.argv[1])


def do_round(jobs, concurrency):
    for i in range(0, jobs, 1000):
        client.push_many("mail", [{"n": n} for n in range(i, min(i + 1000, jobs))])
    lock, left = threading.Lock(), [jobs]

    def handle(job, context):
        with lock:
            left[0] -= 1
            if left[0] == 0:
                worker.close()

    worker = presque.Worker(client, "mail", handle, concurrency=concurrency)
    since = time.monotonic()
    worker.run()
    return time.monotonic() - since


serve_rounds(do_round)

"""dramatiq's own Worker, which speaks to Redis."""
import sys
import threading
import time

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from rounds import serve_rounds



def do_round(jobs, concurrency):
    # A broker takes one worker.
    broker = RedisBroker(url=sys.argv[1])
    lock, left, done = threading.Lock(), [jobs], threading.Event()

    @dramatiq.actor(broker=broker, queue_name="mail")
    def handle(n):
        with lock:
            left[0] -= 1
            if left[0] == 0:
                done.set()

    for n in range(jobs):
        handle.send(n)
    worker = dramatiq.Worker(broker, worker_threads=concurrency)
    since = time.monotonic()
    worker.start()
    done.wait()
    seconds = time.monotonic() - since
    worker.stop()
    broker.close()
    return seconds


serve_rounds(do_round)

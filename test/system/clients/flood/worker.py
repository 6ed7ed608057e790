"""A worker that prints the number of each job that it works on: worker.py FOLDER URL."""
import signal
import sys

sys.path.insert(0, sys.argv[1])
import presque  # noqa: E402


def handle(job, context):
    print("%d\n" % job.payload["n"], end="", flush=True)


options = {"concurrency": 4, "lease": 2, "wait": 5, "on_error": lambda error, job: None}
worker = presque.Worker(presque.Presque(sys.argv[2]), "flood", handle, **options)
signal.signal(signal.SIGTERM, lambda *_: worker.close())
worker.run()

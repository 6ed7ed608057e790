"""Run by python.test.ts against a presque of its own: sys.argv is its URL."""

import datetime
import logging
import math
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])
from presque import JobError, Presque, PresqueError, Worker  # noqa: E402

queue = Presque(sys.argv[2])


def basics():
    text = '{ "n": 12345678901234567890, "s": "}é" }'
    queue.push("mail", text)
    assert queue.take("mail").text == text
    assert queue.take("mail", lease=30) is None
    queue.push_many("mail", [{"n": 1}, {"n": 2}])
    first = queue.take(["other", "mail"], lease=30)
    assert first.payload == {"n": 1} and first.attempt == 1
    second = queue.ack(first, {"done": True}, next={"lease": 30})
    assert second.payload == {"n": 2}
    assert queue.touch(second, lease=60) > second.expires
    queue.release(second)
    again = queue.take("mail", lease=30)
    assert again.attempt == 1
    assert queue.nack(again, {"message": "no"}, retry=False) == {"state": "failed"}
    assert queue.status("mail")["counts"]["failed"] == 1
    queue.policy("mail", tries=3, lease=None)
    queue.stop("mail", 600)
    queue.retry("mail", again.id)
    assert queue.why("mail", again.id)["reason"] == "stopped"
    queue.start("mail")
    queue.cancel("mail", again.id)
    for _ in range(2):
        queue.push("twins", {}, uniq="k")
        queue.nack(queue.take("twins", lease=30), retry=False)
    assert queue.redrive("twins", limit=5) == {"count": 1, "duplicates": 1}
    assert queue.redrive("twins", text="none of them", dry=True) == {
        "count": 0,
        "duplicates": 0,
        "dry": True,
    }
    assert queue.redrive("twins", "delayed") == {"count": 0, "duplicates": 0}
    queue.purge("twins")
    try:
        queue.push("mail", "[]")
        raise AssertionError("it was taken")
    except PresqueError as error:
        assert (error.status, error.message) == (400, "a job must be a JSON object")


def repetitions():
    once, broken = Presque._once, []

    def breaking(self, *request):
        answer = once(self, *request)
        if broken:
            broken.pop()
            raise ConnectionResetError("broken by the test")
        return answer

    Presque._once = breaking
    broken += [1, 1]
    queue.push("again", {"n": 1})
    assert queue.status("again")["counts"]["waiting"] == 1
    job = queue.take("again", lease=30)
    broken.append(1)
    assert queue.ack(job) is None
    queue.push("again", {"n": 2})
    broken.append(1)
    try:
        queue.take("again")
        raise AssertionError("it was taken twice")
    except ConnectionResetError:
        pass
    Presque._once = once


def worker():
    def handle(job, context):
        if "add" not in job.payload:
            raise JobError("nothing to add", retry=False)
        context.progress({"percent": 50})
        time.sleep(job.payload.get("sleep", 0))
        return sum(job.payload["add"])

    work = Worker(queue, "sum", handle, concurrency=2, lease=2, wait=1)
    running = threading.Thread(target=work.run, daemon=True)
    running.start()
    assert queue.call("sum", {"add": [1, 2], "sleep": 2.5}) == 3
    assert queue.status("sum")["lost"] == 0, "it was kept for longer than its lease"
    try:
        queue.call("sum", {})
        raise AssertionError("it did not fail")
    except PresqueError as error:
        assert (error.status, error.message) == (422, "the job failed: nothing to add")
    work.close()
    running.join()
    refused = Worker(queue, "no queue", handle)
    try:
        refused.run()
        raise AssertionError("it works")
    except PresqueError as error:
        assert error.status == 400


def until(what, holds):
    since = time.monotonic()
    while not holds():
        assert time.monotonic() - since < 20, "waited in vain until " + what
        time.sleep(0.005)


class Unreadable(Exception):
    def __str__(self):
        raise SystemExit("not to be read")

    __repr__ = __str__


class NoItems(dict):
    def __bool__(self):
        return True

    def items(self):
        raise KeyboardInterrupt()


def raising(error):
    def handle():
        raise error

    return handle


def circle():
    found = []
    found.append(found)
    return found


def deep():
    found = []
    for _ in range(100000):
        found = [found]
    return found


def hang_up():
    threading.current_thread()._target = None
    sys.exit()


def failing():
    """What a handler does; the type of its failure, and a part of the message; and the state of its
    job, of three tries, after that."""
    long = "x" * 2000000
    return [
        (datetime.datetime.now, "TypeError", "datetime is not JSON", "delayed"),
        (lambda: {1, 2}, "TypeError", "set is not JSON", "delayed"),
        (lambda: object(), "TypeError", "object is not JSON", "delayed"),
        (lambda: {(1, 2): 3}, "TypeError", "keys must be", "delayed"),
        (lambda: math.nan, "ValueError", "not JSON compliant", "delayed"),
        (lambda: [math.inf], "ValueError", "not JSON compliant", "delayed"),
        (circle, "ValueError", "Circular", "delayed"),
        (deep, "RecursionError", "", "delayed"),
        (lambda: (n for n in ()), "TypeError", "generator", "delayed"),
        (lambda: NoItems(a=1), "KeyboardInterrupt", "", "delayed"),
        (hang_up, "SystemExit", "SystemExit", "delayed"),
        (raising(SystemExit(3)), "SystemExit", "3", "delayed"),
        (raising(KeyboardInterrupt()), "KeyboardInterrupt", "KeyboardInterrupt", "delayed"),
        (raising(GeneratorExit()), "GeneratorExit", "GeneratorExit", "delayed"),
        (raising(StopIteration()), "StopIteration", "", "delayed"),
        (raising(BaseException("base")), "BaseException", "base", "delayed"),
        (raising(Unreadable()), "Unreadable", "cannot be read", "delayed"),
        (raising(ValueError("\udc80 \0")), "ValueError", "", "delayed"),
        (raising(ValueError(long)), "ValueError", "xxx", "delayed"),
        (raising(ValueError("\0" * 2000000)), "ValueError", "", "delayed"),
        (
            raising(JobError("no", delay=-1)),
            "refused",
            "presque does not take the failure of this job: delay must be",
            "failed",
        ),
        (raising(JobError("no", delay=math.nan)), "refused", "not JSON compliant", "failed"),
        (raising(JobError("no", delay=object())), "refused", "not JSON serializable", "failed"),
        (
            raising(JobError("no", retry="maybe")),
            "refused",
            "presque does not take the failure",
            "failed",
        ),
        (
            lambda: long,
            "refused",
            "presque does not take the result of this job: the body is larger than 1048576 bytes",
            "failed",
        ),
    ]


def outliving():
    act, heard = [None], []

    def on_error(error, job):
        heard.append((error, job.queue, job.id))
        raise SystemExit("on_error fails")

    work = Worker(queue, "odd", lambda job, context: act[0](), lease=5, wait=1, on_error=on_error)
    running = threading.Thread(target=work.run, daemon=True)
    running.start()
    ended = ("delayed", "failed", "completed")
    for handle, kind, message, state in failing():
        act[0] = handle
        id = queue.push("odd", {}, tries=3, keep=60)
        until("it has ended", lambda: queue.job("odd", id)["state"] in ended)
        job = queue.job("odd", id)
        error = job["last_error"]
        assert (error["type"], job["state"], job["attempt"]) == (kind, state, 1), (kind, job)
        assert message in error["message"], (message, error["message"][:200])
        assert heard and heard[-1][1:] == ("odd", id), (kind, heard)
        assert work._threads[0].is_alive(), kind
    act[0] = lambda: "well"
    id = queue.push("odd", {}, keep=60)
    until("it is done", lambda: queue.job("odd", id)["state"] == "completed")
    work.close()
    running.join()


def telling():
    """Without on_error, a failure is logged with the queue and the id of its job."""
    told = []
    handler = logging.Handler()
    handler.emit = told.append
    logging.getLogger("presque").addHandler(handler)
    work = Worker(queue, "told", lambda job, context: 1 / 0, wait=1)
    running = threading.Thread(target=work.run, daemon=True)
    running.start()
    queue.push("told", {}, tries=1)
    until("it is told", lambda: told)
    text = told[0].getMessage()
    assert text == "job 1 of told: division by zero" and told[0].exc_info, text
    work.close()
    running.join()
    logging.getLogger("presque").removeHandler(handler)


def together():
    """What a worker holds is kept with one request a queue, it is known to presque while it works,
    and it ends when it is told to be quiet."""
    once, asked, quiet = Presque._once, [], []

    def watching(self, method, target, *request):
        path = method + " " + target.split("?")[0]
        try:
            return once(self, method, target, *request)
        finally:
            asked.append(path)
            if path in quiet:
                self._local.quiet = True

    Presque._once = watching
    touch, takes = ["POST /qb/held/touch"], ["GET /q/held", "POST /q/held/take"]
    for words in (touch, takes):
        for n in range(5):
            queue.push("held", {"n": n})
        over, begun = threading.Event(), []
        work = Worker(
            queue,
            "held",
            lambda job, context: (begun.append(1), over.wait())[1],
            concurrency=3,
            lease=1,
            wait=1,
        )
        running = threading.Thread(target=work.run, daemon=True)
        running.start()
        until("all have begun", lambda: len(begun) == 3)
        until("it is known", lambda: json_of("/w/held")["workers_list"] == [work._id])
        until("they are kept", lambda: asked.count(touch[0]) > 3)
        assert not [path for path in asked if path.startswith("POST /j/held")], asked
        quiet += words
        if words is touch:
            until("it is told", lambda: work._quiet.is_set())
        over.set()
        running.join()
        status = queue.status("held")
        assert (status["counts"]["active"], status["lost"]) == (0, 0), status
        assert status["counts"]["waiting"] == 2 or words is takes, status
        assert json_of("/w/held")["workers_list"] == []
        quiet.clear()
        asked.clear()
        queue.purge("held")
    Presque._once = once


def json_of(path):
    import json

    return json.loads(queue.request("GET", path)[2])


def losing():
    """A cancel is heard of within five seconds, whatever the lease."""
    heard = threading.Event()

    def handle(job, context):
        queue.cancel(job.queue, job.id)
        if context.lost.wait(5):
            heard.set()

    work = Worker(queue, "gone", handle, lease=3600, wait=1)
    running = threading.Thread(target=work.run, daemon=True)
    running.start()
    queue.push("gone", {})
    assert heard.wait(10)
    work.close()
    running.join()


def settling():
    """What ends together is told together, and every job ends once, whatever happens to the
    request."""
    once, lives, asked = Presque._once, ["refused", "lost", "busy", "well", "well", "well"], []

    def breaking(self, method, target, *request):
        if "/ack?" not in target or not target.startswith("/qb/settled"):
            return once(self, method, target, *request)
        how = lives.pop(0) if lives else "well"
        asked.append(how)
        if how == "refused":
            raise ConnectionRefusedError()
        if how == "busy":
            raise PresqueError(503, "redis is unavailable")
        answer = once(self, method, target, *request)
        if how == "lost":
            raise ConnectionResetError()
        return answer

    ran, errors = [], []

    def handle(job, context):
        ran.append(job.payload["n"])
        if job.payload["n"] % 5 == 0:
            raise JobError("no", retry=False)
        if job.payload["n"] % 5 == 1 and job.attempt == 1:
            raise JobError("once more", delay=0)
        return {"n": job.payload["n"]} if job.payload["n"] % 5 == 2 else None

    queue.policy("settled", keep=60)
    queue.push_many("settled", [{"n": n} for n in range(200)])
    Presque._once = breaking
    work = Worker(
        queue,
        "settled",
        handle,
        concurrency=8,
        lease=1.5,
        wait=1,
        on_error=lambda error, job: errors.append(error),
    )
    running = threading.Thread(target=work.run, daemon=True)
    running.start()
    counts = lambda: queue.status("settled")["counts"]
    until("all have ended", lambda: counts()["completed"] + counts()["failed"] == 200)
    work.close()
    running.join()
    Presque._once = once
    assert counts()["failed"] == 40 and counts()["completed"] == 160, counts()
    assert set(asked) == {"refused", "lost", "busy", "well"}, asked
    assert len(asked) < len(ran), "several ended in one request"
    assert not [error for error in errors if not isinstance(error, JobError)], errors
    assert json_of("/j/settled/3")["result"] == {"n": 2}


def bytes_of_payloads():
    """A job that comes with an answer has its payload byte for byte, however deep it is."""
    deep = '{"a":%s1%s}' % ("[" * 5000, "]" * 5000)
    odd = [
        '{ "a" : "]}[{\\"\\\\" , "payload":{"payload":1.0} }',
        deep,
        '{"a":"\\\\","b":[ ],"c":1e2 }',
        "{ }",
        '{"é":"\\u00e9"}',
    ]
    for text in odd * 4:
        queue.push("bytes", text)
    found = []
    work = Worker(queue, "bytes", lambda job, context: found.append(job.text), wait=1)
    running = threading.Thread(target=work.run, daemon=True)
    running.start()
    until("all have come", lambda: len(found) == 20)
    work.close()
    running.join()
    assert found == odd * 4, [text[:50] for text in found]


basics()
repetitions()
worker()
settling()
bytes_of_payloads()
outliving()
telling()
together()
losing()
print("all good")

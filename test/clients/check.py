"""Run by python.test.ts against a presque of its own: sys.argv is its URL."""
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
    running = threading.Thread(target=work.run)
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


basics()
repetitions()
worker()
print("all good")

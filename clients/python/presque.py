"""A client for presque, a job queue over HTTP, for Python 3.8 or newer. It needs the standard
library alone: copy this file.

    import signal
    from presque import Presque, Worker

    queue = Presque("http://127.0.0.1:5000")
    queue.push("mail", {"to": "ann"})

    def send(job, context):
        context.progress({"percent": 50})
        return {"sent": job.payload["to"]}

    worker = Worker(queue, "mail", send, concurrency=4)
    signal.signal(signal.SIGTERM, lambda *_: worker.close())  # drains
    worker.run()

Failed connections and 503 are tried again with growing pauses, where that does no harm: a push
brings an Idempotency-Key, so that it is stored once. take() without a lease and push_many() are not
repeated once the request may have arrived.
"""

import copy
import http.client
import json
import logging
import os
import random
import re
import socket
import threading
import time
import traceback
import types
import uuid
from urllib.parse import quote, urlencode, urlsplit

__version__ = "0.1.0"

_log = logging.getLogger("presque")


class PresqueError(Exception):
    """An error that presque answered: its `status`, and its sentence."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
        self.message = message
        self.repeated = False  # An earlier try may have done the work.


class JobError(Exception):
    """Raised by a handler: its job has failed. It runs again after `delay` seconds; with
    retry=False it does not."""

    def __init__(self, message, delay=None, retry=None):
        super().__init__(message)
        self.delay = delay
        self.retry = retry


class Job:
    """A job. `text` is its payload byte for byte. The other attributes are None if it was taken for
    good."""

    def __init__(self, text, queue=None, id=None, receipt=None, attempt=None, expires=None):
        self.text, self.queue, self.id = text, queue, id
        self.receipt, self.attempt, self.expires = receipt, attempt, expires

    @property
    def payload(self):
        return json.loads(self.text)


def _backoff(attempt):
    return min(5, 0.1 * 2**attempt) * (1 - random.random() / 2)


class Presque:
    """A presque server, by its URL. Several threads may use it: each has its own connection."""

    def __init__(self, url="http://127.0.0.1:5000", token=None, retries=5, timeout=90):
        self._url, self._token = urlsplit(url), token
        self._retries, self._timeout = retries, timeout
        self._local = threading.local()

    def request(self, method, path, query=None, body=None, headers=None, repeatable=True):
        """Sends any request: (status, headers, text). Raises PresqueError for an error that presque
        answered, OSError if presque cannot be reached."""
        query = {name: value for name, value in (query or {}).items() if value is not None}
        target = self._url.path.rstrip("/") + path + ("?" + urlencode(query) if query else "")
        headers = dict(headers or {})
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        repeated = False
        for attempt in range(self._retries + 1):
            try:
                return self._once(method, target, body, headers)
            except (OSError, http.client.HTTPException, PresqueError) as error:
                reached = not isinstance(error, ConnectionRefusedError)
                passing = not isinstance(error, PresqueError) or error.status == 503
                if not passing or attempt == self._retries or (reached and not repeatable):
                    if isinstance(error, http.client.HTTPException):
                        raise ConnectionError(str(error)) from error
                    error.repeated = repeated
                    raise
                repeated = repeated or reached
                time.sleep(_backoff(attempt))

    def _hastier(self, timeout):
        """The same server; each request is sent once, and waits `timeout` seconds at most."""
        other = copy.copy(self)
        other._retries, other._timeout, other._local = 0, timeout, threading.local()
        return other

    def _quiet(self):
        """Whether the last answer to this thread told its worker to take no more jobs."""
        return getattr(self._local, "quiet", False)

    def _once(self, method, target, body, headers):
        connection = self._connection()
        try:
            connection.request(method, target, None if body is None else body.encode(), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            connection.close()  # The next request opens it again.
            raise
        self._local.quiet = answer.headers.get("X-Presque-Quiet") == "1"
        if answer.status < 400:
            return answer.status, answer.headers, text
        try:
            message = json.loads(text)["error"]
        except (ValueError, KeyError, TypeError):
            message = text[:200]
        raise PresqueError(answer.status, message)

    def _connection(self):
        if not hasattr(self._local, "connection"):
            secure = self._url.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            self._local.connection = kind(self._url.hostname, self._url.port, timeout=self._timeout)
        return self._local.connection

    def push(self, queue, payload, idempotency_key=None, **options):
        """Pushes a job: its id. `payload` is a dict, or its JSON as a str, which is sent as it
        stands.

        Options: delay, delayed, priority, tries, max_lost ("null" for no bound), ttl, keep, uniq,
        on_duplicate; depends, a list of ids of jobs of the queue that must complete first; tags, a
        list of words to find the job by.
        """
        headers = {"Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        _, got, _ = self.request(
            "POST", "/q/" + quote(queue), _listed(options), _text(payload), headers
        )
        return got["X-Presque-Job"]

    def call(self, queue, payload, wait=30, **options):
        """Pushes a job and waits for its result. Raises PresqueError 422 if it failed, TimeoutError
        if it did not end in time."""
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        status, _, text = self.request(
            "POST", "/q/" + quote(queue), dict(_listed(options), wait=wait), _text(payload), headers
        )
        if status == 202:
            raise TimeoutError("the job has not finished in time")
        return json.loads(text) if text else None

    def push_many(self, queue, payloads, **options):
        """Pushes several jobs, all or none."""
        body = '{"jobs":[%s]}' % ",".join(map(_text, payloads))
        self.request("POST", "/qb/" + quote(queue), _listed(options), body, repeatable=False)

    def take(self, queues, lease=None, wait=None, worker=None):
        """The next Job of the first of the queues that has one, or None. Without `lease` the job is
        taken for good."""
        names = queues if isinstance(queues, str) else ",".join(queues)
        path = "/q/" + quote(names, safe=",") + "/take"
        query = {"lease": lease, "wait": wait, "worker_id": worker}
        try:
            return _job(*self.request("POST", path, query, repeatable=lease is not None)[1:])
        except PresqueError as error:
            if _is_empty(error):
                return None
            raise

    def ack(self, job, result=None, next=None):
        """Acknowledges a job. next={"lease": 30, "wait": 20} returns the queue's next Job, or
        None."""
        return self._ack(job, None if result is None else _json(result), next)

    def _ack(self, job, body, next=None):
        query = dict({"receipt": job.receipt}, **(dict(next, next=1) if next else {}))
        try:
            status, headers, text = self.request("POST", _path(job, "ack"), query, body)
            return _job(headers, text) if status == 200 else None
        except PresqueError as error:
            if next and _is_empty(error):
                return None
            if error.status != 404 or not error.repeated:
                raise
        # The first try was accepted, and only its answer was lost.
        if not next:
            return None
        return self.take(job.queue, next.get("lease"), next.get("wait"), next.get("worker_id"))

    def nack(self, job, error=None, delay=None, retry=None):
        """Tells that a job failed. `error` is a dict such as {"type": ..., "message": ...,
        "backtrace": ...}."""
        body = {"error": error, "delay": delay, "retry": retry}
        body = _json({name: value for name, value in body.items() if value is not None})
        text = self._settle(job, "nack", {}, body)
        return json.loads(text) if text else None

    def release(self, job, delay=None, front=False):
        """Releases a job: it is given out again, and this delivery does not count. With `front` it
        goes to the front of its queue, for it was not begun."""
        self._settle(job, "release", {"delay": delay, "front": 1 if front else None}, None)

    def _settle(self, job, verb, query, body):
        try:
            return self.request("POST", _path(job, verb), dict(query, receipt=job.receipt), body)[2]
        except PresqueError as error:
            if error.repeated and error.status in (404, 409):
                return ""
            raise

    def touch(self, job, lease=None, progress=None):
        """Extends the lease of a job: the time at which it expires. Raises PresqueError 404 if the
        job was cancelled, 409 if another worker has it."""
        body = {
            name: value
            for name, value in (("lease", lease), ("progress", progress))
            if value is not None
        }
        text = self.request("POST", _path(job, "touch"), {"receipt": job.receipt}, _json(body))[2]
        return json.loads(text)["lease_expires"]

    def touch_many(self, jobs, lease=None, worker=None):
        """Extends the leases of several jobs of one queue: for each, in order, None or a
        PresqueError."""
        if not jobs:
            return []
        told = [
            dict({"id": job.id, "receipt": job.receipt}, **({"lease": lease} if lease else {}))
            for job in jobs
        ]
        headers = {"X-Presque-WorkerId": worker} if worker else None
        path = "/qb/%s/touch" % quote(jobs[0].queue)
        text = self.request("POST", path, None, _json({"jobs": told}), headers)[2]
        return [_refusal(one.get("error")) for one in json.loads(text)]

    def job(self, queue, id, wait=None):
        """All that presque knows of a job, as a dict; with `wait`, once it has completed or
        failed."""
        return json.loads(self.request("GET", "/j/%s/%s" % (quote(queue), id), {"wait": wait})[2])

    def why(self, queue, id):
        """Why a job is not running, as a dict: `detail` is a sentence."""
        return json.loads(self.request("GET", "/j/%s/%s/why" % (quote(queue), id))[2])

    def retry(self, queue, id):
        """Lets a failed or delayed job run now."""
        self.request("POST", "/j/%s/%s/retry" % (quote(queue), id))

    def redrive(self, queue, state="failed", limit=None, error=None, dry=False, **filters):
        """Lets all failed (or delayed, or retrying) jobs run now, the oldest first. Returns a dict:
        `count` of them run, and `duplicates` stay failed because another job has their unique key.
        Filters say which jobs: `error`, the fingerprint of an error group; `worker`, `since`,
        `until`, `min_attempt`, `tag` and `text`. With `dry` it counts them, and changes none."""
        query = dict(filters, state=state, limit=limit, error=error, dry=1 if dry else None)
        text = self.request("POST", "/j/%s/retry" % quote(queue), query)[2]
        return dict({"duplicates": 0}, **json.loads(text))

    def errors(self, queue=None, fingerprint=None):
        """The kinds of failures of a queue, or of all, as a list of dicts: those that grow now come
        first. With a `fingerprint`, one of them as a dict, with its rates and samples."""
        if fingerprint is not None:
            path = "/errors/%s/%s" % (quote(queue), fingerprint)
            return json.loads(self.request("GET", path)[2])
        path = "/errors" if queue is None else "/errors/" + quote(queue)
        return json.loads(self.request("GET", path)[2])["errors"]

    def cancel(self, queue, id):
        """Deletes a job, whatever its state."""
        self.request("DELETE", "/j/%s/%s" % (quote(queue), id))

    def policy(self, queue, **policy):
        """Sets the policy of a queue: a setting that is left out stays, None sets the default
        again."""
        self.request("POST", "/control/" + quote(queue), body=json.dumps(policy))

    def stop(self, queue, seconds=None):
        """Stops a queue, for good or for some seconds: it gives out no jobs."""
        self.policy(queue, status="stop", **({"for": seconds} if seconds else {}))

    def start(self, queue):
        """Lets a stopped queue give out jobs again."""
        self.policy(queue, status="start")

    def purge(self, queue):
        """Deletes a queue with its jobs, counters and policy."""
        self.request("DELETE", "/q/" + quote(queue))

    def status(self, queue=""):
        """A queue with its counts; without a name, the names of all queues."""
        return json.loads(self.request("GET", "/status/" + quote(queue))[2])


def _listed(options):
    lists = {name: options.get(name) for name in ("depends", "tags")}
    texts = {name: ",".join(map(str, some)) for name, some in lists.items() if some is not None}
    return dict(options, **texts)


def _text(payload):
    return payload if isinstance(payload, str) else json.dumps(payload)


def _json(value):
    return json.dumps(value, allow_nan=False)


def _refusal(sentence):
    if sentence is None:
        return None
    return PresqueError({"no such job": 404, "lease lost": 409}.get(sentence, 400), sentence)


def _path(job, verb):
    return "/j/%s/%s/%s" % (quote(job.queue), job.id, verb)


def _job(headers, text):
    if headers["X-Presque-Receipt"] is None:
        return Job(text)
    named = [
        headers["X-Presque-" + name]
        for name in ("Queue", "Job", "Receipt", "Attempt", "Lease-Expires")
    ]
    return Job(text, *named[:3], int(named[3]), float(named[4]))


_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_MARK = re.compile(_STRING.pattern + r"|[\[\]{}]")
_SCALAR = re.compile(r"[^\s,\]}]*")
_BETWEEN = re.compile(r"[\s,:]*")


def _end(text, at):
    """Where a value in JSON text ends. A payload may be nested deeper than the parser of Python
    goes."""
    if text[at] not in "[{":
        return (_STRING if text[at] == '"' else _SCALAR).match(text, at).end()
    depth = 0
    for mark in _MARK.finditer(text, at):
        letter = text[mark.start()]
        depth += 1 if letter in "[{" else -1 if letter in "]}" else 0
        if depth == 0:
            return mark.end()


def _values(text):
    """The texts of the elements of an array, or of the names and values of an object in turn, byte
    for byte."""
    found, at = [], _BETWEEN.match(text, 1).end()
    while text[at] not in "]}":
        end = _end(text, at)
        found.append(text[at:end])
        at = _BETWEEN.match(text, end).end()
    return found


def _members(text):
    values = _values(text)
    return {json.loads(name): value for name, value in zip(values[::2], values[1::2])}


def _leased(queue, text):
    """A job of an answer with several."""
    job = _members(text)
    return Job(
        job["payload"],
        queue,
        json.loads(job["id"]),
        json.loads(job["receipt"]),
        int(job["attempt"]),
        float(job["expires"]),
    )


def _is_empty(error):
    return error.status == 404 and error.message in ("no job", "queue is closed")


def _is_passing(error):
    return not isinstance(error, PresqueError) or error.status >= 500 or error.status in (408, 429)


def _is_about_content(error):
    """Whether an error is about the content that the client sent: presque rejects it, or it is no
    JSON. At another time or with another token it would be rejected, too."""
    if isinstance(error, PresqueError):
        return error.status < 500 and error.status not in (401, 403, 404, 408, 409, 429)
    return not isinstance(error, OSError)


def _attempt(read, otherwise):
    """The text that read() returns. Reading an exception may raise any other exception."""
    try:
        return read()
    except BaseException:
        return otherwise


def _told(error):
    """An exception as the dict that presque gets. It is cut: presque rejects a failure that is too
    large."""
    trace = _attempt(
        lambda: "".join(traceback.format_exception(type(error), error, error.__traceback__)), ""
    )
    if len(trace) > 65536:
        trace = trace[:32768] + "\n...\n" + trace[-32768:]
    name = _attempt(lambda: str(type(error).__name__), "Exception")
    message = _attempt(lambda: str(error) or repr(error), "an exception that cannot be read")
    return {"type": name[:200], "message": message[:16384], "backtrace": trace}


def _log_error(error, job):
    message = _told(error)["message"]
    _log.error(
        "job %s of %s: %s",
        job.id,
        job.queue,
        message,
        exc_info=error if len(message) < 1000 else None,
    )


def _rss():
    """The memory of this process in bytes, where the system tells."""
    try:
        with open("/proc/self/statm") as file:
            return {"rss": int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")}
    except (OSError, ValueError, AttributeError):
        return {}


class Context:
    """What a handler gets beside its job. `lost` is set when the job was cancelled, when another
    worker has it, and when the worker waits for it no longer."""

    def __init__(self, presque, job, lease):
        self._presque, self._job, self._lease = presque, job, lease
        self.lost = threading.Event()
        self._kept(time.monotonic())

    def progress(self, value=None):
        """Extends the lease of the job, and shows how far the work is."""
        asked = time.monotonic()
        try:
            self._presque.touch(self._job, self._lease, value)
        except PresqueError as error:
            if error.status in (404, 409):
                self.lost.set()
            raise
        self._kept(asked)

    def _kept(self, since):
        self._until = since + self._lease


# In seconds: the worker learns within five of a cancel, or that it is to take no more jobs.
_LONGEST_PAUSE = 4
# Jobs of one request: the server takes no more.
_MOST_AT_ONCE = 1000
# Characters. Each is at most four bytes, and a server takes a body of 1 MiB.
_MOST_BYTES = 200000
# In seconds: after an answer the next request waits for so long for jobs that end at once.
_LONGEST_GATHER = 0.001


class _Ending:
    """The outcome of a job as the worker tells it, and the answer of the server."""

    def __init__(self, job, more, takes):
        self.text = '{"id":"%s","receipt":"%s"%s}' % (job.id, job.receipt, more)
        self.takes, self.leads, self.turn = takes, False, threading.Lock()
        self.outcome, self.unsure, self.next = None, False, None
        self.turn.acquire()


class _Settler:
    """Tells what became of the jobs of a queue. What ends while a request is under way goes into
    the next one together, and each thread gets its next job with the answer."""

    def __init__(self, presque, queue, query, hear, threads):
        self._presque = presque._hastier(presque._timeout)
        self._queue, self._query, self._hear = queue, query, hear
        # One request at a time: its threads share a connection.
        self._presque._local = types.SimpleNamespace()
        self._lock, self._waiting, self._busy = threading.Lock(), [], False
        self._threads, self._answered = threads, 0

    def settle(self, ending):
        """Returns once ending.outcome is the answer of presque; None if it gave no answer about
        this job."""
        with self._lock:
            self._waiting.append(ending)
            ending.leads, self._busy = not self._busy, True
        if not ending.leads:
            ending.turn.acquire()
        if ending.leads:
            self._lead()

    def _lead(self):
        # Those that have just got their jobs end first, if they end at once: so one request has
        # them all.
        while (
            len(self._waiting) < self._threads
            and time.monotonic() - self._answered < _LONGEST_GATHER
        ):
            time.sleep(0)
        some = self._some()
        try:
            self._send(some)
        except Exception as error:
            for ending in some:
                ending.unsure = not isinstance(error, ConnectionRefusedError) and _is_passing(error)
        finally:
            self._answered = time.monotonic()
            for ending in some:
                if not ending.leads:
                    ending.turn.release()
            self._pass_on()

    def _pass_on(self):
        with self._lock:
            self._busy = len(self._waiting) > 0
            if self._busy:
                self._waiting[0].leads = True
                self._waiting[0].turn.release()

    def _some(self):
        """As many as fit into a request."""
        with self._lock:
            count, size = 0, 0
            while (
                count < len(self._waiting)
                and count < _MOST_AT_ONCE
                and (count == 0 or size + len(self._waiting[count].text) < _MOST_BYTES)
            ):
                size += len(self._waiting[count].text)
                count += 1
            some, self._waiting = self._waiting[:count], self._waiting[count:]
            return some

    def _send(self, some):
        taking = [ending for ending in some if ending.takes]
        query = (
            dict(self._query, next=1, batch_size=len(taking))
            if taking
            else {"worker_id": self._query["worker_id"]}
        )
        body = '{"jobs":[%s]}' % ",".join(ending.text for ending in some)
        text = self._presque.request("POST", "/qb/%s/ack" % quote(self._queue), query, body)[2]
        self._hear(self._presque)
        answer = _members(text) if taking else {"outcomes": text}
        for ending, outcome in zip(some, json.loads(answer["outcomes"])):
            ending.outcome = outcome
        for ending, job in zip(taking, _values(answer["jobs"]) if taking else []):
            ending.next = _leased(self._queue, job)


class Worker:
    """Works on the jobs of queues: handle(job, context) returns the result, or raises. Restarts of
    the server do not end it.

    Whatever handle() returns or raises, the worker goes on: a result that is no JSON is a failure,
    SystemExit and KeyboardInterrupt are, too. on_error(error, job) hears of each failure, and of
    what presque could not be told; without one, it is logged as "presque". `version` is that of the
    program, shown with the worker.
    """

    def __init__(
        self,
        presque,
        queues,
        handle,
        concurrency=1,
        lease=60,
        wait=20,
        drain_timeout=30,
        id=None,
        on_error=None,
        version=None,
    ):
        self._presque, self._handle = presque, handle
        self._lease, self._drain_timeout = lease, drain_timeout
        self._queues = [queues] if isinstance(queues, str) else list(queues)
        host = socket.gethostname()
        name = "".join(c if "!" <= c <= "~" else "_" for c in host[:80])
        self._id = id or "%s-%d-%s" % (name, os.getpid(), uuid.uuid4().hex[:8])
        self._facts = {
            "version": version or __version__,
            "host": host,
            "pid": os.getpid(),
            "concurrency": concurrency,
        }
        self._query = {"lease": lease, "wait": wait, "worker": self._id}
        self._on_error = on_error or _log_error
        self._closing, self._quiet = threading.Event(), threading.Event()
        self._ended = threading.Event()
        self._running, self._refused = {}, None
        query = {"lease": lease, "worker_id": self._id}
        self._settlers = {
            queue: _Settler(presque, queue, query, self._hear, concurrency)
            for queue in self._queues
        }
        self._threads = [
            threading.Thread(target=self._loop, daemon=True) for _ in range(concurrency)
        ]

    def run(self):
        """Works until close() is called, or a signal stops the main thread. Raises PresqueError if
        presque does not let it take jobs at all."""
        announcer = threading.Thread(target=self._announce, daemon=True)
        for thread in self._threads + [announcer, threading.Thread(target=self._keep, daemon=True)]:
            thread.start()
        try:
            # Once the worker is quiet, each thread ends when its job has ended.
            while not self._closing.wait(0.2) and any(
                thread.is_alive() for thread in self._threads
            ):
                pass
        finally:
            self._drain()
            self._ended.set()
            announcer.join(3)
        if self._refused:
            raise self._refused

    def close(self):
        """Takes no more jobs; run() returns when the running ones have ended. A signal handler may
        call it."""
        self._closing.set()

    def _drain(self):
        self._closing.set()
        deadline = time.monotonic() + self._drain_timeout
        while self._running and time.monotonic() < deadline:
            time.sleep(0.02)
        for job, context in list(self._running.values()):
            context.lost.set()
            self._release(job)

    def _takes_no_more(self):
        return self._closing.is_set() or self._quiet.is_set()

    def _hear(self, presque):
        if presque._quiet():
            self._quiet.set()

    def _release(self, job, front=False):
        try:
            self._presque.release(job, front=front)
        except (OSError, PresqueError) as error:
            # An older server knows no front. Else the job comes back when its lease expires.
            if front and isinstance(error, PresqueError) and error.status == 400:
                self._release(job)

    def _loop(self):
        job = None
        while job is not None or not self._takes_no_more():
            try:
                if job is not None and self._closing.is_set():
                    return self._release(job, front=True)
                job = self._take() if job is None else self._work(job)
            except BaseException:  # A fault of this client must not end the thread.
                _log.exception("a worker of %s goes on after", ", ".join(self._queues))
                job = None
                self._closing.wait(1)

    def _take(self):
        failures = 0
        while not self._takes_no_more():
            try:
                job = self._presque.take(self._queues, **self._query)
                self._hear(self._presque)
                failures = 0
                if job is not None:
                    return job
            except (OSError, PresqueError) as error:
                if not _is_passing(error):
                    self._refused = error
                    self._closing.set()
                    return None
                self._closing.wait(_backoff(failures))
                failures += 1
        return None

    def _work(self, job):
        context = Context(self._presque, job, self._lease)
        me = threading.get_ident()
        self._running[me] = (job, context)
        try:
            return self._do(job, context)
        except (OSError, PresqueError) as error:
            if not context.lost.is_set():
                self._report(error, job)
            return None  # It comes back when its lease expires.
        finally:
            self._running.pop(me, None)

    def _do(self, job, context):
        try:
            result = self._handle(job, context)
            body = None if result is None else _json(result)
        except BaseException as error:  # SystemExit would end the thread alone.
            if context.lost.is_set():
                return None
            self._report(error, job)
            how = _attempt(
                lambda: (error.delay, error.retry) if isinstance(error, JobError) else (), ()
            )
            told = _told(error)
            more = {
                "error": told,
                **{
                    name: value for name, value in zip(("delay", "retry"), how) if value is not None
                },
            }
            text = _attempt(lambda: "," + _json(more)[1:-1], None)
            # An accepted nack has used the receipt up.
            tell = lambda: self._presque.nack(job, told, *how) and None
            return self._settle(job, context, "failure", text, tell, (404, 409))
        more = {"lease": self._lease, "worker_id": self._id}
        tell = lambda: self._presque._ack(job, body, more if self._takes_next(job) else None)
        return self._settle(
            job, context, "result", "" if body is None else ',"result":' + body, tell, (404,)
        )

    def _takes_next(self, job):
        # With several queues a job of the same queue would pass over those before.
        return job.queue == self._queues[0] and not self._takes_no_more()

    def _settle(self, job, context, what, text, tell, used_up):
        """Tells it together with what else has ended. What presque does not answer so is told
        alone."""
        if text is None or context.lost.is_set():
            return self._tell(job, context, what, tell)
        ending = _Ending(job, text, self._takes_next(job))
        self._settlers[job.queue].settle(ending)
        if ending.outcome is None:
            return self._tell(job, context, what, tell, used_up if ending.unsure else ())
        refusal = _refusal(ending.outcome.get("error"))
        if refusal and not context.lost.is_set():
            self._report(refusal, job)
        return ending.next

    def _tell(self, job, context, what, tell, used_up=()):
        try:
            return self._tell_again(context, tell, used_up)
        except Exception as error:
            if context.lost.is_set() or not _is_about_content(error):
                raise
            # Another run would end in the same way.
            told = {
                "type": "refused",
                "message": "presque does not take the %s of this job: %s"
                % (what, _told(error)["message"]),
            }
            self._report(ValueError(told["message"]), job)
            return self._tell_again(
                context, lambda: self._presque.nack(job, told, retry=False) and None
            )

    def _tell_again(self, context, tell, used_up=()):
        """Tells it for as long as the lease may last: a restart of the server must not have the
        work done twice. `used_up`: the errors which say that it was accepted before."""
        failures = 0
        while True:
            if context.lost.is_set():
                return None
            try:
                next = tell()
                self._hear(self._presque)
                return next
            except (OSError, PresqueError) as error:
                if isinstance(error, PresqueError) and (
                    error.status in used_up or (failures and error.status == 404)
                ):
                    return None
                if not _is_passing(error) or time.monotonic() > context._until:
                    raise
            time.sleep(_backoff(failures))
            failures += 1

    def _report(self, error, job):
        try:
            self._on_error(error, job)
        except BaseException as other:
            _attempt(
                lambda: _log.error(
                    "job %s of %s: on_error failed: %s",
                    job.id,
                    job.queue,
                    _told(other)["message"][:1000],
                ),
                None,
            )

    # A third of the lease: two touches may fail before a lease expires.
    def _keep(self):
        presque = self._presque._hastier(max(1, self._lease / 3))
        while not self._ended.wait(min(_LONGEST_PAUSE, self._lease / 3)):
            held = {}
            for job, context in list(self._running.values()):
                held.setdefault(job.queue, []).append((job, context))
            for some in held.values():
                for at in range(0, len(some), _MOST_AT_ONCE):
                    _attempt(lambda: self._touch(presque, some[at : at + _MOST_AT_ONCE]), None)

    def _touch(self, presque, held):
        asked = time.monotonic()
        refusals = presque.touch_many([job for job, _ in held], self._lease, self._id)
        self._hear(presque)
        for (_, context), refusal in zip(held, refusals):
            if refusal is None:
                context._kept(asked)
            else:
                context.lost.set()

    def _announce(self):
        """Registers the worker, now and once a minute, and unregisters it at the end."""
        presque, brief = self._presque._hastier(5), False
        while True:
            for queue in self._queues:
                try:
                    self._register(presque, queue, brief)
                except PresqueError as error:
                    # An older server takes the id and nothing else.
                    brief = brief or error.status == 400
                    _attempt(lambda: self._register(presque, queue, brief), None)
                except Exception:
                    pass
            if self._ended.wait(60):
                break
        for queue in self._queues:
            _attempt(
                lambda: presque.request("DELETE", "/w/" + quote(queue), {"worker_id": self._id}),
                None,
            )

    def _register(self, presque, queue, brief):
        facts = {} if brief else dict(self._facts, **_rss())
        presque.request("POST", "/w/" + quote(queue), body=_json(dict(facts, worker_id=self._id)))

"""What OpenAPI 3.1 has no words for, so that schemathesis counts no such request as a valid one.

OpenAPI describes each query parameter by itself. It cannot say that one excludes another or needs
another, that an id must be that of a job of the queue, that a worker names itself in one of three
places, or that a header chooses what the answer is. A case that is made to be refused goes out as
it is.
"""
import itertools
import os

import schemathesis

PUSHES = ("POST /q/{queue}", "PUT /q/{queue}", "POST /qb/{queue}")
TAKES = ("GET /q/{queue}", "POST /q/{queue}/take")
EXCLUSIVE = {"GET /j/{queue}": ("state", "uniq"), "GET /w": ("worker_id", "queue_name", "queue")}
LISTS = ("GET /j/{queue}", "DELETE /j/{queue}", "POST /j/{queue}/retry")
FILTERS = ("error", "worker", "since", "until", "min_attempt", "tag", "text")
STREAM = "text/event-stream"
numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes a valid case one that the server can accept, and bounds streams in time."""
    label, query = case.operation.label, case.query
    if label == "GET /events" and "wait" not in query:
        query["wait"] = "1"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    write_plainly(query)
    leave_one(query, EXCLUSIVE.get(label, ()))
    if label in PUSHES:
        agree(query, case.body)
    elif label in TAKES and "credit" in query:
        case.headers["accept"] = STREAM
        query.setdefault("wait", "1")
    elif label == "GET /summary" and next(numbers) % 4 == 0:
        case.headers["accept"] = STREAM
    elif label in LISTS:
        narrow(query)
    elif label.startswith("GET /forecast"):
        look_less_far(query)
    elif label.endswith("/release") and "front" in query:
        query.pop("delay", None)
    elif label == "POST /operations" and isinstance(case.body, dict):
        choose(case.body)
    elif label.split(" ")[1].startswith("/w/") and not label.startswith("GET"):
        query.setdefault("worker_id", "worker-1")
    elif label == "PUT /schedule/{name}":
        name_times(case.body)


def write_plainly(query):
    """Writes numbers as decimals: a query is text, and 1e3 is no number there."""
    for name, value in query.items():
        if isinstance(value, float):
            query[name] = f"{value:.9f}"
        elif isinstance(value, str) and "e-" in value and name != "worker_id":
            query[name] = plain(value)


def plain(text):
    """Returns the decimal form of a number, and any other text as it is."""
    try:
        return f"{float(text):.9f}"
    except ValueError:
        return text


def leave_one(query, names):
    """Leaves one of the parameters that exclude each other."""
    for name in [name for name in names if name in query][1:]:
        query.pop(name)


def agree(query, body):
    """Takes out of a push what contradicts the rest of it, and jobs that there may not be."""
    query.pop("depends", None)
    if "delayed" in query or isinstance(body, dict) and "jobs" in body and body.get("delayed"):
        query.pop("delay", None)
    if "uniq" not in query:
        query.pop("on_duplicate", None)
    elif query.get("on_duplicate") != "ignore":
        query["uniq"] = f"key-{os.getpid()}-{next(numbers)}"


def narrow(query):
    """Leaves the filters of jobs that agree with the state and with each other."""
    # A cursor is that of an answer, with the same state, order and filters.
    query.pop("after", None)
    if "state" not in query:
        for name in FILTERS:
            query.pop(name, None)
    if any(name in query for name in FILTERS):
        query.pop("offset", None)
    agree_with_state(query, query.get("state"))


def agree_with_state(where, state):
    """Takes a filter out that jobs of the state cannot have, and a period without a length."""
    if state not in ("failed", "retrying"):
        where.pop("error", None)
    if "since" in where:
        where.pop("until", None)


def look_less_far(query):
    """Bounds the periods of a forecast, of which there may be 200."""
    if float(query.get("hours", 24)) * 3600 / float(query.get("step", 3600)) > 200:
        query.pop("step", None)
        query["hours"] = "24"


def choose(body):
    """Makes an operation agree with itself: what it does, of which jobs, and where to."""
    where, does = body.get("where"), body.get("do")
    if isinstance(where, dict):
        where["state"] = "failed"
        agree_with_state(where, "failed")
    if does != "retry":
        body.pop("canary", None)
    if does != "move":
        body.pop("to", None)
    else:
        body["to"] = "moved"


def name_times(body):
    """Gives a schedule a time and a zone that there are: JSON Schema knows neither."""
    if isinstance(body, dict) and "cron" in body:
        body["cron"] = "*/5 * * * *"
        if "tz" in body:
            body["tz"] = "Europe/Berlin"

"""Request ids of requests, connections and tasks, and JSON logs."""

import io
import json
import logging
import logging.config
from collections import defaultdict
from itertools import count

import httpx
import pytest
from channels.layers import get_channel_layer

from mysocial.celery import app
from mysocial.core import redis
from mysocial.core.logging import logging_config
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.store import wakeups
from tests.support.people import PASSWORD, anonymous, new_client
from tests.support.sockets import Socket
from tests.support.stack import Stack, wait_for


@pytest.fixture
def log():
    """Log everything as JSON; return a function that returns the records so far."""
    config = logging_config("DEBUG", "json")
    configurator = logging.config.DictConfigurator(config)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(configurator.configure_formatter(config["formatters"]["json"]))
    handler.addFilter(configurator.configure_filter(config["filters"]["shorten"]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    def written():
        return [json.loads(line) for line in handler.stream.getvalue().splitlines()]

    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_each_response_has_the_request_id_of_the_client_if_it_is_well_formed(alice):
    given = alice.get("posts", **{"X-Request-ID": "mine-1.a:b_C"})
    assert given.headers["X-Request-ID"] == "mine-1.a:b_C"
    generated = [alice.get("posts").headers["X-Request-ID"] for _ in range(2)]
    assert len(set(generated)) == 2
    for odd in ("", "a" * 65, "two words", "a\tb", "é", "a,b", '"quoted"', "{}"):
        response = alice.get("posts", **{"X-Request-ID": odd})
        assert response.headers["X-Request-ID"] not in {odd, *generated}
        assert len(response.headers["X-Request-ID"]) == 24
    for path in ("/health/live", "/api/v1/nothing", "/admin/", "/static/none"):
        assert len(new_client().get(path).headers["X-Request-ID"]) == 24, path


def test_a_json_record_has_the_request_and_the_member(alice, log, settings):
    settings.LOG_REQUESTS = True
    response = alice.post("posts", {"text": "Two\nlines"}, **{"X-Request-ID": "writes-1"})
    anonymous.get("posts", **{"X-Request-ID": "reads-1"})
    (wrote,) = [record for record in log() if record.get("request_id") == "writes-1"]
    assert wrote.pop("milliseconds") > 0
    assert set(wrote) >= {"at", "process"}
    assert {name: wrote[name] for name in wrote if name not in {"at", "process"}} == {
        "level": "INFO",
        "logger": "mysocial.requests",
        "message": "POST api/v1/posts 201",
        "request_id": "writes-1",
        "member_id": alice.id,
        "method": "POST",
        "route": "api/v1/posts",
        "status": 201,
        "cursor": response.headers["X-Event-Cursor"],
    }
    (read,) = [record for record in log() if record.get("request_id") == "reads-1"]
    assert "member_id" not in read
    assert read["status"] == 401


def test_a_json_record_of_a_defect_has_its_traceback(log):
    try:
        raise ValueError("odd\nindeed")
    except ValueError:
        logging.getLogger("tests.tracing").exception("A defect")
    (record,) = [record for record in log() if record["logger"] == "tests.tracing"]
    assert (record["level"], record["message"]) == ("ERROR", "A defect")
    assert record["trace"].endswith("ValueError: odd\nindeed")
    assert "request_id" not in record


def test_json_logs_contain_no_secret(log, settings):
    settings.LOG_REQUESTS = True
    body = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
    data = anonymous.post("signup", body).json()
    token = "t" * 43
    anonymous.post(f"reset-password/{token}", {"password": "another-horse-battery"})
    anonymous.post("token/refresh", {"refresh": data["refresh"]})
    anonymous.get(f"posts?cursor={token}", Authorization=f"Bearer {data['access']}")
    new_client().get(f"/unsubscribe?token={token}")
    text = json.dumps(log())
    assert "reset-password" in text
    for secret in (PASSWORD, "another-horse-battery", token, data["access"], data["refresh"]):
        assert secret not in text


def test_a_wakeup_and_the_log_of_its_task_have_the_request_id(alice, log):
    redis.client().delete("posts", *redis.client().keys("wakeup:*"))
    alice.post("posts", {"text": "Wake up"}, **{"X-Request-ID": "wakes-1"})
    message = json.loads(wait_for(lambda: redis.client().lindex("posts", -1), within=20, name="it"))
    assert message["headers"]["request_id"] == "wakes-1"

    def work():
        logging.getLogger("tests.tracing").info("At work")
        return 0

    task = app.task(name="tests.track_work")(work)
    task.apply(headers={"request_id": "wakes-1"})
    task.apply()
    app.tasks.unregister("tests.track_work")
    woken, direct = [record for record in log() if record["message"] == "At work"]
    assert woken["request_id"] == "wakes-1"
    assert woken["task"].startswith("tests.track_work ")
    assert "request_id" not in direct
    wakeups.forget_pending(["posts"])


async def test_a_connection_has_a_request_id(alice):
    for given in (b"listens-1", b"not an id", None):
        socket = Socket("mysocial", alice.access, request_id=given)
        await socket.send_input({"type": "websocket.connect"})
        headers = dict((await socket.receive_output())["headers"])
        request_id = headers[b"x-request-id"]
        assert request_id == given if given == b"listens-1" else len(request_id) == 24
        await socket.next()
        await socket.disconnect()
    await get_dispatcher().stop()
    await get_channel_layer().flush()


@pytest.mark.timeout(180)
def test_in_the_running_site_a_request_id_reaches_the_worker():
    with Stack("tracks", LOG_FORMAT="json", LOG_REQUESTS="1", FLOWER_PASSWORD="") as stack:
        stack.start(workers=False)
        wait_for(lambda: stack.pids.get("beat"), within=60, name="the workers")
        body = {"username": "alice", "password": PASSWORD}
        tries = count()

        def followed():
            # While a wake-up is pending, a request sends none. One of a few requests sends its own.
            given = f"followed-{next(tries)}"
            response = httpx.post(
                f"{stack.url}/api/v1/signin", json=body, headers={"X-Request-ID": given}
            )
            assert response.headers["X-Request-ID"] == given
            by_id = defaultdict(list)
            for line in stack.log.read_text(errors="replace").splitlines():
                if '"request_id":"followed-' in line:
                    record = json.loads(line[line.index("{") :])
                    by_id[record["request_id"]].append(record)
            wanted = {"mysocial.requests", "celery.app.trace"}
            return next(
                (
                    records
                    for records in by_id.values()
                    if wanted <= {record["logger"] for record in records}
                ),
                None,
            )

        records = wait_for(followed, within=60, name="the worker")
    (request,) = [record for record in records if record["logger"] == "mysocial.requests"]
    assert (request["method"], request["route"], request["status"]) == (
        "POST",
        "api/v1/signin",
        200,
    )
    tasks = [record for record in records if record["logger"] == "celery.app.trace"]
    assert any(record["task"].startswith("accounts.flush_records ") for record in tasks)

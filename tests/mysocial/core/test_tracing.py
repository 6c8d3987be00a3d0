"""`X-Request-ID` from HTTP to workers and sockets, and logs as JSON."""

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
    """Let everything be logged as JSON; return the records so far, and the text."""
    made = logging_config("DEBUG", "json")
    configurator = logging.config.DictConfigurator(made)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(configurator.configure_formatter(made["formatters"]["json"]))
    handler.addFilter(configurator.configure_filter(made["filters"]["shorten"]))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)

    def written():
        return [json.loads(line) for line in handler.stream.getvalue().splitlines()]

    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def test_each_answer_names_its_request_as_the_client_did_if_that_is_an_id(alice):
    given = alice.get("posts", **{"X-Request-ID": "mine-1.a:b_C"})
    assert given.headers["X-Request-ID"] == "mine-1.a:b_C"
    ours = [alice.get("posts").headers["X-Request-ID"] for _ in range(2)]
    assert len(set(ours)) == 2
    for odd in ("", "a" * 65, "two words", "a\tb", "é", "a,b", '"quoted"', "{}"):
        answer = alice.get("posts", **{"X-Request-ID": odd})
        assert answer.headers["X-Request-ID"] not in {odd, *ours}
        assert len(answer.headers["X-Request-ID"]) == 24
    for path in ("/health/live", "/api/nothing", "/admin/", "/static/none"):
        assert len(new_client().get(path).headers["X-Request-ID"]) == 24, path


def test_a_record_is_one_line_with_the_request_and_the_member(alice, log, settings):
    settings.LOG_REQUESTS = True
    answer = alice.post("posts", {"text": "Two\nlines"}, **{"X-Request-ID": "writes-1"})
    anonymous.get("posts", **{"X-Request-ID": "reads-1"})
    (wrote,) = [one for one in log() if one.get("request_id") == "writes-1"]
    assert wrote.pop("milliseconds") > 0
    assert set(wrote) >= {"at", "process"}
    assert {name: wrote[name] for name in wrote if name not in {"at", "process"}} == {
        "level": "INFO",
        "logger": "mysocial.requests",
        "message": "POST api/posts 201",
        "request_id": "writes-1",
        "member_id": alice.id,
        "method": "POST",
        "route": "api/posts",
        "status": 201,
        "cursor": answer.headers["X-Event-Cursor"],
    }
    (read,) = [one for one in log() if one.get("request_id") == "reads-1"]
    assert "member_id" not in read
    assert read["status"] == 401


def test_a_defect_is_one_line_and_brings_its_trace(log):
    try:
        raise ValueError("odd\nindeed")
    except ValueError:
        logging.getLogger("tests.tracks").exception("A defect")
    (told,) = [one for one in log() if one["logger"] == "tests.tracks"]
    assert (told["level"], told["message"]) == ("ERROR", "A defect")
    assert told["trace"].endswith("ValueError: odd\nindeed")
    assert "request_id" not in told


def test_nothing_that_is_logged_as_json_is_a_secret(log, settings):
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


def test_the_message_that_wakes_a_worker_names_the_request_and_so_does_its_log(alice, log):
    redis.client().delete("posts", *redis.client().keys("wakeup:*"))
    alice.post("posts", {"text": "Wake up"}, **{"X-Request-ID": "wakes-1"})
    message = json.loads(wait_for(lambda: redis.client().lindex("posts", -1), within=20, name="it"))
    assert message["headers"]["request_id"] == "wakes-1"

    def works():
        logging.getLogger("tests.tracks").info("At work")
        return 0

    task = app.task(name="tests.track_work")(works)
    task.apply(headers={"request_id": "wakes-1"})
    task.apply()
    app.tasks.unregister("tests.track_work")
    woken, asked_by_beat = [one for one in log() if one["message"] == "At work"]
    assert woken["request_id"] == "wakes-1"
    assert woken["task"].startswith("tests.track_work ")
    assert "request_id" not in asked_by_beat
    wakeups.forget_pending(["posts"])


async def test_a_socket_is_named_as_a_request_is(alice):
    for given in (b"listens-1", b"not an id", None):
        socket = Socket("mysocial", alice.access, request_id=given)
        await socket.send_input({"type": "websocket.connect"})
        headers = dict((await socket.receive_output())["headers"])
        named = headers[b"x-request-id"]
        assert named == given if given == b"listens-1" else len(named) == 24
        await socket.next()
        await socket.disconnect()
    await get_dispatcher().stop()
    await get_channel_layer().flush()


@pytest.mark.timeout(180)
def test_in_the_running_site_a_request_is_followed_to_the_worker():
    with Stack("tracks", LOG_FORMAT="json", LOG_REQUESTS="1", FLOWER_PASSWORD="") as stack:
        stack.start(workers=False)
        wait_for(lambda: stack.pids.get("beat"), within=60, name="the workers")
        body = {"username": "alice", "password": PASSWORD}
        tries = count()

        def followed():
            # Whose message is on its way already asks for none: one of a few is a request's own.
            given = f"followed-{next(tries)}"
            answer = httpx.post(
                f"{stack.url}/api/signin", json=body, headers={"X-Request-ID": given}
            )
            assert answer.headers["X-Request-ID"] == given
            by_id = defaultdict(list)
            for line in stack.log.read_text(errors="replace").splitlines():
                if '"request_id":"followed-' in line:
                    one = json.loads(line[line.index("{") :])
                    by_id[one["request_id"]].append(one)
            wanted = {"mysocial.requests", "celery.app.trace"}
            return next(
                (some for some in by_id.values() if wanted <= {one["logger"] for one in some}), None
            )

        found = wait_for(followed, within=60, name="the worker")
    (asked,) = [one for one in found if one["logger"] == "mysocial.requests"]
    assert (asked["method"], asked["route"], asked["status"]) == ("POST", "api/signin", 200)
    done = [one for one in found if one["logger"] == "celery.app.trace"]
    assert any(one["task"].startswith("accounts.flush_records ") for one in done)

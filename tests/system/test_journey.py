"""The main job, end to end, on real parts: `manage.py up`, HTTP, a socket, Ctrl-C, and again."""

import httpx
import psutil
import pytest

from mysocial.dev.processes import port_is_free
from tests.chaos.resume import endure
from tests.support.journey import heard, heard_at_last, join, posts_in_mongodb, survive
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.timeout(240)


def test_a_journey_of_two_members_survives_killed_processes():
    stack = Stack("journey", WEB_PROCESSES="2")
    with stack.start():
        alice, bob = join(stack, "alice_j"), join(stack, "bob_j")
        socket = bob.socket()
        answer = httpx.post(
            f"{stack.url}/api/posts", json={"text": "Hello"}, headers=alice.headers, timeout=10
        )
        post = answer.json()["post"]

        assert heard(socket, "post.created") == post
        feed = httpx.get(f"{stack.url}/api/posts", headers=bob.headers, timeout=10)
        assert feed.json()["posts"][0] == post
        wait_for(lambda: post["id"] in posts_in_mongodb(stack), within=20, name="in MongoDB")
        wait_for(lambda: "posts.flush_records" in _tasks(stack), within=15, name="in Flower")
        uninvited = httpx.get(f"http://127.0.0.1:{stack.flower_port}/api/tasks", timeout=10)
        assert uninvited.status_code == 401

        figures = survive(stack, writers=2, pause=3, kills=1)
        assert figures["acknowledged posts"] > 0

        # Idle for the whole time of the faults, and over a restart of Valkey: it still hears. Where
        # Valkey went while it was asked who hears an event, the socket is told to resume.
        late = httpx.post(
            f"{stack.url}/api/posts", json={"text": "Later"}, headers=alice.headers, timeout=10
        )
        cursor = feed.headers["X-Event-Cursor"]
        assert heard_at_last(bob, socket, "Later", cursor=cursor) == late.json()["post"]
        figures = endure(stack, clients=12, seconds=6, kills=1)
        assert figures["connections"] > figures["clients"]
        pids = stack.stop()

    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert port_is_free(stack.port)
    assert port_is_free(stack.flower_port)

    with stack.start(workers=False):
        answer = httpx.get(f"{stack.url}/api/posts/{post['id']}", headers=alice.headers, timeout=10)
        assert answer.json() == post


def _tasks(stack: Stack) -> str:
    """Return the page of tasks that Flower shows."""
    found = httpx.get(
        f"http://127.0.0.1:{stack.flower_port}/api/tasks", auth=("flower", "flower"), timeout=10
    )
    return found.text

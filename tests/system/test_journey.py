"""End-to-end test of `manage.py up`: HTTP, a socket, killed processes, a stop and a restart."""

import httpx
import psutil
import pytest

from mysocial.dev.processes import port_is_free
from tests.chaos.resume import run_reconnects
from tests.support.journey import join, posts_in_mongodb, survive, wait_for_event, wait_for_post
from tests.support.shared_objects import shared
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.timeout(240)


def test_a_journey_of_two_members_survives_killed_processes():
    stack = Stack("journey", WEB_PROCESSES="2")
    with stack.start():
        alice, bob = join(stack, "alice_j"), join(stack, "bob_j")
        socket = bob.socket()
        posts_url = f"{stack.url}/api/v1/posts"
        response = httpx.post(posts_url, json={"text": "Hello"}, headers=alice.headers, timeout=10)
        post = shared(response.json()["post"])

        assert wait_for_event(socket, "post.created") == post
        feed = httpx.get(posts_url, headers=bob.headers, timeout=10)
        assert shared(feed.json()["posts"][0]) == post
        wait_for(lambda: post["id"] in posts_in_mongodb(stack), within=20, name="in MongoDB")
        wait_for(lambda: "posts.flush_records" in _tasks(stack), within=15, name="in Flower")
        uninvited = httpx.get(f"http://127.0.0.1:{stack.flower_port}/api/tasks", timeout=10)
        assert uninvited.status_code == 401
        check_flower_hosts(stack)

        figures = survive(stack, writers=2, pause=3, kills=1)
        assert figures["acknowledged posts"] > 0

        # The socket was idle during the faults and still receives events. If Valkey was killed
        # while an audience was computed, the client must resume.
        late = httpx.post(posts_url, json={"text": "Later"}, headers=alice.headers, timeout=10)
        cursor = feed.headers["X-Event-Cursor"]
        assert wait_for_post(bob, socket, "Later", cursor=cursor) == shared(late.json()["post"])
        figures = run_reconnects(stack, clients=12, seconds=6, kills=1)
        assert figures["connections"] > figures["clients"]
        pids = stack.stop()

    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert port_is_free(stack.port)
    assert port_is_free(stack.flower_port)

    with stack.start(workers=False):
        response = httpx.get(f"{posts_url}/{post['id']}", headers=alice.headers, timeout=10)
        assert shared(response.json()) == post


def _tasks(stack: Stack) -> str:
    """Return the list of tasks from the API of Flower."""
    response = httpx.get(
        f"http://127.0.0.1:{stack.flower_port}/api/tasks", auth=("flower", "flower"), timeout=10
    )
    return response.text


def check_flower_hosts(stack):
    """Check that Flower answers no page that reaches it through a name of its own."""
    for path in ("metrics", "healthcheck"):
        url = f"http://127.0.0.1:{stack.flower_port}/{path}"
        assert httpx.get(url, timeout=10).status_code == 200
        rebound = httpx.get(url, headers={"Host": "evil.example"}, timeout=10)
        assert (rebound.status_code, "flower_" in rebound.text) == (400, False)

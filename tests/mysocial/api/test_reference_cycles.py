"""What a request made goes when it is answered: Python's collector finds nothing.

What is left to it is looked through by it, and meanwhile the next request is made in memory that
no cache of the processor holds: together that was a tenth of a page.
"""

import gc
import io
import json

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections as close
from django.test import RequestFactory

from mysocial.core.ids import new_id


@pytest.fixture
def left():
    """Ask as a server does; return how many objects the last of several requests left behind."""
    application = get_wsgi_application()

    def ask(person, method, path, body=None):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {person.access}"} if person else {}
        data = b"" if body is None else json.dumps(body).encode()
        asked = RequestFactory().generic(
            method, f"/api/{path}", data, "application/json", **headers
        )
        environ = {**asked.environ, "wsgi.input": io.BytesIO(data)}
        said = []
        gc.collect()
        answer = application(environ, lambda *head: said.append(head[0]))
        list(answer)
        answer.close()
        return int(said[0][:3])

    def count(status, person, *requests):
        gc.disable()
        # Django's test client connects them after each of its requests; no server has them.
        ends = [end for end in (request_started, request_finished) if end.disconnect(close)]
        try:
            found = [ask(person, *one) for one in requests]
            assert set(found) == {status}, requests
            return gc.collect()
        finally:
            gc.enable()
            for end in ends:
                end.connect(close)

    return count


def test_a_read_leaves_nothing_to_the_collector(alice, bob, left):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post()
    for number in range(3):
        bob.post(f"posts/{post['id']}/comments", {"text": f"{number}"})
        bob.post("chat/message", {"receiver_id": alice.id, "text": f"{number}"})
    for path in (
        "posts", "posts/home", f"posts/{post['id']}", f"posts/{post['id']}/comments?limit=2",
        f"users/{bob.id}", f"users/{alice.id}/followers", "users/search?q=b", "notifications",
        "chat/conversations", f"chat/messages/{bob.id}?limit=2", "currentuser",
    ):  # fmt: skip
        assert left(200, alice, *[("GET", path)] * 2) == 0, path


def test_a_write_leaves_nothing_to_the_collector(alice, bob, left):
    post = alice.create_post()["id"]
    mine, edited = f"posts/{bob.create_post()['id']}", [{"text": "One"}, {"text": "Two"}]
    message, comment = {"receiver_id": alice.id, "text": "Hello"}, {"text": "Hello"}
    follow, reaction = f"users/{alice.id}/follow", f"posts/{post}/reaction"
    for status, *requests in (
        (201, ("POST", "posts", {"text": "Hello"})),
        (200, *(("PATCH", mine, one) for one in edited)),
        (201, ("POST", f"posts/{post}/comments", comment)),
        (200, ("PUT", reaction, {"type": "like"}), ("PUT", reaction, {"type": "love"})),
        (200, ("DELETE", reaction)),
        (201, ("POST", "chat/message", message)),
        (200, ("PUT", follow), ("DELETE", follow), ("PUT", follow)),
        (200, ("PATCH", "users/me", {"quote": "One"}), ("PATCH", "users/me", {"quote": "Two"})),
    ):  # fmt: skip
        assert left(status, bob, *(requests * 2)) == 0, requests


def test_a_refusal_leaves_nothing_to_the_collector(alice, left):
    for status, person, *request in (
        (404, alice, "GET", f"posts/{new_id()}"),
        (400, alice, "POST", "posts", {"text": ""}),
        (404, alice, "PUT", f"posts/{new_id()}/reaction", {"type": "like"}),
        (401, None, "GET", "posts"),
        (405, alice, "DELETE", "posts"),
    ):
        assert left(status, person, *[request] * 2) == 0, request

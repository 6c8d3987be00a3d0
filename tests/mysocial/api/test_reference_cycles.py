"""The objects of a request form no reference cycles, so they are freed with the response.

Otherwise the garbage collector has to find them, and the next request uses memory that is not in
the caches of the processor. Together this took a tenth of a read.
"""

import gc
import io
import json

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections as close
from django.test import RequestFactory

from mysocial.api.fast_reads import FastReadHandler
from mysocial.core.ids import new_id


@pytest.fixture(params=[WSGIHandler, FastReadHandler])
def leftover_objects(request):
    """Return a function that counts the objects left to the collector by the last of some requests.

    It calls the WSGI application as a server does.
    """
    application = request.param()

    def call(person, method, path, body=None):
        headers = {"HTTP_AUTHORIZATION": f"Bearer {person.access}"} if person else {}
        data = b"" if body is None else json.dumps(body).encode()
        sent = RequestFactory().generic(
            method, f"/api/v1/{path}", data, "application/json", **headers
        )
        environ = {**sent.environ, "wsgi.input": io.BytesIO(data)}
        statuses = []
        gc.collect()
        response = application(environ, lambda *head: statuses.append(head[0]))
        list(response)
        if hasattr(response, "close"):
            response.close()
        return int(statuses[0][:3])

    def count(status, person, *requests):
        gc.disable()
        # Django's test client connects these after each of its requests; no server has them.
        ends = [end for end in (request_started, request_finished) if end.disconnect(close)]
        try:
            statuses = [call(person, *request) for request in requests]
            assert set(statuses) == {status}, requests
            return gc.collect()
        finally:
            gc.enable()
            for end in ends:
                end.connect(close)

    return count


def test_a_read_leaves_no_reference_cycles(alice, bob, leftover_objects):
    bob.put(f"users/{alice.id}/follow")
    post = alice.create_post()
    for number in range(3):
        bob.post(f"posts/{post['id']}/comments", {"text": f"{number}"})
        bob.post("chat/messages", {"receiver_id": alice.id, "text": f"{number}"})
    for path in (
        "posts", "posts/home", f"posts/{post['id']}", f"posts/{post['id']}/comments?limit=2",
        f"users/{bob.id}", f"users/{alice.id}/followers", "users/search?q=b", "notifications",
        "chat/conversations", f"chat/conversations/{bob.id}/messages?limit=2", "accounts/me",
    ):  # fmt: skip
        assert leftover_objects(200, alice, *[("GET", path)] * 2) == 0, path


def test_a_write_leaves_no_reference_cycles(alice, bob, leftover_objects):
    post = alice.create_post()["id"]
    mine, edited = f"posts/{bob.create_post()['id']}", [{"text": "One"}, {"text": "Two"}]
    message, comment = {"receiver_id": alice.id, "text": "Hello"}, {"text": "Hello"}
    follow, reaction = f"users/{alice.id}/follow", f"posts/{post}/reaction"
    for status, *requests in (
        (201, ("POST", "posts", {"text": "Hello"})),
        (200, *(("PATCH", mine, body) for body in edited)),
        (201, ("POST", f"posts/{post}/comments", comment)),
        (200, ("PUT", reaction, {"type": "like"}), ("PUT", reaction, {"type": "love"})),
        (200, ("DELETE", reaction)),
        (201, ("POST", "chat/messages", message)),
        (200, ("PUT", follow), ("DELETE", follow), ("PUT", follow)),
        (200, ("PATCH", "users/me", {"quote": "One"}), ("PATCH", "users/me", {"quote": "Two"})),
    ):  # fmt: skip
        assert leftover_objects(status, bob, *(requests * 2)) == 0, requests


def test_a_problem_leaves_no_reference_cycles(alice, leftover_objects):
    for status, person, *request in (
        (404, alice, "GET", f"posts/{new_id()}"),
        (400, alice, "POST", "posts", {"text": ""}),
        (404, alice, "PUT", f"posts/{new_id()}/reaction", {"type": "like"}),
        (401, None, "GET", "posts"),
        (405, alice, "DELETE", "posts"),
    ):
        assert leftover_objects(status, person, *[request] * 2) == 0, request

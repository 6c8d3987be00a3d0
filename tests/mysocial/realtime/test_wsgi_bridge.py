"""The WSGI application under ASGI: what the event loop sends."""

import asyncio

import pytest

from accounts.authentication import authenticate_token, find_ended_sessions
from mysocial.realtime.auth import SessionBackend
from mysocial.realtime.wsgi_bridge import WSGIBridge
from tests.support.fast_reads import REQUEST_ID, handlers, make_environ
from tests.support.fast_reads import send as send_to_handler

SESSIONS = SessionBackend(authenticate=authenticate_token, find_ended=find_ended_sessions)


async def messages_for(handler, person, path, method="GET"):
    """Return the ASGI messages of the response to a request without a body."""
    headers = {"host": "testserver", "authorization": f"Bearer {person.access}",
               "x-request-id": REQUEST_ID}  # fmt: skip
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": f"/api/v1/{path}",
        "query_string": b"", "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "scheme": "http",
    }  # fmt: skip
    messages = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        messages.append(message)

    await WSGIBridge(handler, SESSIONS)(scope, receive, send)
    return messages


@pytest.mark.parametrize(
    ("path", "method"),
    [("posts", "GET"), ("posts", "HEAD"), ("accounts/me", "GET"), ("nothing", "GET")],
)
async def test_a_whole_response_is_sent_at_once(path, method, alice):
    await asyncio.to_thread(alice.create_post)
    for handler in handlers():
        expected = await asyncio.to_thread(
            send_to_handler, handler, make_environ(alice, path, method)
        )
        start, body = await messages_for(handler, alice, path, method)
        headers = [(k.decode(), v.decode()) for k, v in start["headers"]]
        assert (start["type"], start["status"]) == ("http.response.start", expected.status)
        assert headers == [(name.lower(), value) for name, value in expected.headers]
        assert body == {"type": "http.response.body", "body": expected.body}

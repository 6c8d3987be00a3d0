"""The same request with and without fast reads."""

import functools
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpRequest
from django.test import RequestFactory

from mysocial.api import request_limits
from mysocial.api.fast_reads import FastReadHandler
from tests.support.people import Person

REQUEST_ID = "of-this-test"


class Reply(NamedTuple):
    """A response, as a WSGI server gets it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a header; empty if the response has none."""
        values = {key.lower(): value for key, value in self.headers}
        return values.get(name.lower(), "")


class CountingHandler(FastReadHandler):
    """The handler with fast reads; it counts the requests that Django and DRF handle."""

    dispatched = 0

    def resolve_request(self, request: HttpRequest) -> Any:
        """Return the view; Django calls this for each request that it handles."""
        self.dispatched += 1
        return super().resolve_request(request)


@functools.cache
def handlers() -> tuple[WSGIHandler, CountingHandler]:
    """Return the handler without fast reads, and the one with them."""
    return WSGIHandler(), CountingHandler()


def make_environ(person: Person, path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """Return the WSGI environment of a request; a path that begins with "/" is absolute."""
    full_path = path if path.startswith("/") else f"/api/v1/{path}"
    headers = {"X-Request-ID": REQUEST_ID, **headers}
    if person.access:
        headers = {"Authorization": f"Bearer {person.access}", **headers}
    return dict(RequestFactory().generic(method, full_path, headers=headers).environ)


@contextmanager
def kept_connections() -> Iterator[None]:
    """Keep the connections of Django's database open, as Django's test client does.

    An earlier test may have opened one, and this test may not use the database.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def send(handler: WSGIHandler, environ: Mapping[str, Any], body: bytes = b"") -> Reply:
    """Send a request to a handler as a server does."""
    heads: list[Any] = []
    with kept_connections():
        response: Any = handler(
            {**environ, "wsgi.input": io.BytesIO(body)}, lambda *head: heads.append(head)
        )
        content = b"".join(response)
        if hasattr(response, "close"):
            response.close()
    ((status, headers),) = heads
    return Reply(int(status[:3]), headers, content)


def send_both(environ: Mapping[str, Any], body: bytes = b"") -> tuple[Reply, bool]:
    """Send a request with and without fast reads, and assert that the responses are the same.

    Both find the counts of request limits empty.

    Returns:
        The response, and whether it was a fast read.
    """
    plain, fast = handlers()
    request_limits.limits.clear()
    expected = send(plain, environ, body)
    request_limits.limits.clear()
    before = fast.dispatched
    reply = send(fast, environ, body)
    assert reply == expected
    return reply, fast.dispatched == before

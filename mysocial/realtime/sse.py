"""Server-sent events (SSE), for clients that cannot use a WebSocket.

`GET /api/v1/events?topics=feed,post:<id>` with the cursor in `Last-Event-ID` or `?cursor=`. Events,
cursors and audiences are those of the WebSocket (docs/events.md).
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson
from django.http import HttpResponse, HttpResponseBase

from mysocial.api import problem_response
from mysocial.api.cors import add_cors_headers, is_preflight
from mysocial.api.problems import error_response
from mysocial.api.security_headers import API_POLICY, set_security_headers
from mysocial.core import aio, metrics, tracing
from mysocial.core.errors import AppError, Invalid, NotAuthenticated
from mysocial.realtime.auth import SessionBackend
from mysocial.realtime.connect import open_subscription
from mysocial.realtime.connection_limits import log_reached_limit, scope_address
from mysocial.realtime.dispatcher import get_dispatcher
from mysocial.realtime.protocol import parse_topics
from mysocial.realtime.replay import MissedEvents
from mysocial.realtime.subscription import Subscription

PING_SECONDS = 20
ID = re.compile(r'\{"id":"([^"]+)"')
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def event_stream(sessions: SessionBackend) -> Application:
    """Return the ASGI application that streams events to authenticated clients."""

    async def serve(scope: Scope, send: Send) -> None:
        if scope["method"] != "GET":
            problem = problem_response(405, "method_not_allowed", "This path accepts GET only.")
            problem["Allow"] = "GET"
            await send_response(scope, send, problem)
            return
        headers = _headers_of(scope)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        stream = _Stream(scope, send)
        try:
            topics = _topics_of(query)
            subscription = await open_subscription(scope, _token(headers), sessions, stream)
        except AppError as error:
            await send_response(scope, send, error_response(error))
            return
        tracing.set_member(subscription.user_id)
        cursor = headers.get("last-event-id") or "".join(query.get("cursor", []))
        metrics.record_connection("stream")
        try:
            await stream.run(subscription, cursor, topics)
        finally:
            subscription.close()
            metrics.record_connection("stream", -1)

    return lambda scope, receive, send: until_disconnect(
        _serve_counted(serve, scope, send), receive
    )


async def _serve_counted(
    serve: Callable[[Scope, Send], Awaitable[None]], scope: Scope, send: Send
) -> None:
    """Serve a stream, unless its network has too many connections."""
    tracing.start_for_scope(scope["headers"])
    if is_preflight(scope["method"], _headers_of(scope)):
        await send_response(scope, send, HttpResponse())
        return
    limits, address = get_dispatcher().limits, scope_address(scope)
    try:
        limits.add_address(address)
    except AppError as error:
        await log_reached_limit(scope, "connections of a network")
        await send_response(scope, send, error_response(error))
        return
    try:
        await serve(scope, send)
    finally:
        limits.remove_address(address)


async def until_disconnect(serving: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Serve until the response ends or the client disconnects."""
    tasks = [asyncio.ensure_future(serving), asyncio.ensure_future(_wait_for_disconnect(receive))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await aio.cancel_and_wait(*tasks)


class _Stream:
    """The event stream of one client; a `Transport`."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._has_started = False
        self._ended = asyncio.Event()

    async def run(self, subscription: Subscription, cursor: str, topics: list[str]) -> None:
        """Resume from the cursor, if there is one; then send events until the session ends."""
        try:
            subscription.check_topics(topics)
            if cursor:
                await subscription.resume(cursor, topics, self._send_resumed, self._send_live)
            else:
                for topic in topics:
                    subscription.join(topic)
                await self._write(b": no cursor\n\n")
                subscription.go_live()
        except AppError as error:
            if not self._has_started:
                await send_response(self._scope, self._send, error_response(error))
            return
        await self._wait_for_end()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _wait_for_end(self) -> None:
        """Return when the stream is to end; send comments to keep the connection open."""
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`, which may lose the cancellation that ends the stream.
                async with asyncio.timeout(PING_SECONDS):
                    await self._ended.wait()
                return
            await self._write(b": ping\n\n")

    async def send_event(self, event_type: str, frame: str) -> None:
        """Send one event with its cursor as the id; an ephemeral event has none."""
        match = ID.match(frame)
        event_id = f"id: {match[1]}\n" if match else ""
        await self._write(f"{event_id}event: {event_type}\ndata: {frame}\n\n".encode())

    async def end(self, code: int) -> None:
        """End the stream. The client reconnects and resumes, or is refused."""
        self._ended.set()

    async def _send_resumed(self, missed: MissedEvents) -> None:
        data: dict[str, Any] = {"recovered": not missed.reason}
        if missed.reason:
            data["reason"] = missed.reason
        await self._write(b"event: resumed\ndata: %s\n\n" % orjson.dumps(data))

    async def _send_live(self, cursor: str) -> None:
        data = orjson.dumps({"cursor": cursor})
        await self._write(b"id: %s\nevent: live\ndata: %s\n\n" % (cursor.encode(), data))

    async def _write(self, text: bytes) -> None:
        if not self._has_started:
            self._has_started = True
            response = HttpResponse(content_type="text/event-stream")
            headers = [
                *_raw_headers(_add_cors_headers(self._scope, response)),
                (b"cache-control", b"no-store"),
                (b"content-security-policy", API_POLICY.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"x-accel-buffering", b"no"),  # nginx would buffer it
                tracing.request_id_header(),
            ]
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": text, "more_body": True})


def _headers_of(scope: Scope) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}


def _add_cors_headers(scope: Scope, response: HttpResponse) -> HttpResponse:
    origin = _headers_of(scope).get("origin")
    return add_cors_headers(response, method=scope["method"], path=scope["path"], origin=origin)


def _raw_headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response as in ASGI."""
    return [(name.lower().encode(), value.encode()) for name, value in response.items()]


def _token(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotAuthenticated
    return token.strip()


def _topics_of(query: Mapping[str, list[str]]) -> list[str]:
    """Return the topics of the query string.

    Raises:
        Invalid: There is another parameter, or a topic is invalid.
    """
    unknown = set(query) - {"topics", "cursor"}
    if unknown:
        raise Invalid(errors=dict.fromkeys(unknown, "Unknown parameter."))
    return parse_topics(query.get("topics", []))


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_response(scope: Scope, send: Send, response: HttpResponse) -> None:
    """Send a response that Django's middleware does not complete."""
    _add_cors_headers(scope, response)
    response["Cache-Control"] = "no-store"
    response[tracing.REQUEST_ID_HEADER] = tracing.request_id()
    headers = _raw_headers(set_security_headers(None, response))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content, "more_body": False})

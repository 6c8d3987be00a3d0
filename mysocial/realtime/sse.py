"""`event_stream`: the events by server-sent events, for clients without a WebSocket.

`GET /api/events?topics=feed,post:<id>` with the cursor in `Last-Event-ID` or `?cursor=`. The same
events, cursors and audiences as on the socket (docs/events.md).
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson
from pydantic import TypeAdapter, ValidationError

from mysocial.api import problem_response
from mysocial.api.problems import error_response
from mysocial.api.security_headers import API_POLICY, set_security_headers
from mysocial.core import aio, metrics, tracing
from mysocial.core.errors import AppError, Invalid, NotAuthenticated
from mysocial.realtime.auth import SessionBackend
from mysocial.realtime.protocol import MAX_TOPICS, Topic
from mysocial.realtime.replay import MissedEvents
from mysocial.realtime.subscription import Subscription, open_subscription

PING_SECONDS = 20
ID = re.compile(r'\{"id":"([^"]+)"')
_topics: TypeAdapter[list[str]] = TypeAdapter(list[Topic])
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def event_stream(sessions: SessionBackend) -> Application:
    """Return the ASGI application; what the apps know of sessions is given by the composition."""

    async def serve(scope: Scope, send: Send) -> None:
        tracing.start_for_scope(scope["headers"])
        if scope["method"] != "GET":
            answer = problem_response(405, "method_not_allowed", "This path takes GET.")
            answer["Allow"] = "GET"
            await _answer(send, answer)
            return
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope["query_string"].decode("latin-1"))
        stream = _Stream(send)
        try:
            topics = _topics_of(query)
            receiver = await open_subscription(_token(headers), sessions, stream)
        except AppError as error:
            await _answer(send, error_response(error))
            return
        tracing.set_member(receiver.user_id)
        cursor = headers.get("last-event-id") or "".join(query.get("cursor", []))
        metrics.record_connection("stream")
        try:
            await stream.run(receiver, cursor, topics)
        finally:
            receiver.close()
            metrics.record_connection("stream", -1)

    return lambda scope, receive, send: _until_disconnect(serve(scope, send), receive)


async def _until_disconnect(serving: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Serve until it is done, or the client goes."""
    tasks = [asyncio.ensure_future(serving), asyncio.ensure_future(_wait_for_disconnect(receive))]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await aio.cancel_and_wait(*tasks)


class _Stream:
    """What is written to one client."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = False
        self._ended = asyncio.Event()

    async def run(self, receiver: Subscription, cursor: str, topics: list[str]) -> None:
        """Resume from the cursor, if there is one; then send what comes until the session ends."""
        try:
            if cursor:
                await receiver.resume(cursor, topics, self._answer, self._live)
            else:
                for topic in topics:
                    receiver.join(topic)
                await self._write(b": no cursor\n\n")
                receiver.release()
        except AppError as error:
            if not self._begun:
                await _answer(self._send, error_response(error))
            return
        await self._keep_on()
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _keep_on(self) -> None:
        """Return when the stream is to end; a comment now and then keeps it open until then."""
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                # Not `wait_for`, which may lose the cancellation that ends the stream.
                async with asyncio.timeout(PING_SECONDS):
                    await self._ended.wait()
                return
            await self._write(b": ping\n\n")

    async def send_event(self, kind: str, frame: str) -> None:
        """Send one event; its id is where the client stands. What passes has none."""
        found = ID.match(frame)
        place = f"id: {found[1]}\n" if found else ""
        await self._write(f"{place}event: {kind}\ndata: {frame}\n\n".encode())

    async def end(self, code: int) -> None:
        """End the stream: the client connects again and resumes, or is told that it can't."""
        self._ended.set()

    async def _answer(self, found: MissedEvents) -> None:
        said: dict[str, Any] = {"recovered": not found.reason}
        if found.reason:
            said["reason"] = found.reason
        await self._write(b"event: resumed\ndata: %s\n\n" % orjson.dumps(said))

    async def _live(self, cursor: str) -> None:
        said = orjson.dumps({"cursor": cursor})
        await self._write(b"id: %s\nevent: live\ndata: %s\n\n" % (cursor.encode(), said))

    async def _write(self, text: bytes) -> None:
        if not self._begun:
            self._begun = True
            headers = [
                (b"content-type", b"text/event-stream"),
                (b"cache-control", b"no-store"),
                (b"content-security-policy", API_POLICY.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"x-accel-buffering", b"no"),  # nginx would hold it back
                tracing.request_id_header(),
            ]
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": text, "more_body": True})


def _token(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotAuthenticated
    return token.strip()


def _topics_of(query: Mapping[str, list[str]]) -> list[str]:
    """Return the topics that are asked for; `Invalid` for anything else in the query."""
    unknown = set(query) - {"topics", "cursor"}
    if unknown:
        raise Invalid(errors=dict.fromkeys(unknown, "There is no such parameter."))
    names = [name for text in query.get("topics", []) for name in text.split(",") if name]
    if len(names) > MAX_TOPICS:
        raise Invalid(errors={"topics": f"At most {MAX_TOPICS} topics."})
    try:
        return _topics.validate_python(names)
    except ValidationError:
        raise Invalid(errors={"topics": "These are not topics of ours."}) from None


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, answer: Any) -> None:
    answer["Cache-Control"] = "no-store"
    answer[tracing.REQUEST_ID_HEADER] = tracing.request_id()
    headers = [
        (k.lower().encode(), v.encode()) for k, v in set_security_headers(None, answer).items()
    ]
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content, "more_body": False})

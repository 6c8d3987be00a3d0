"""The WSGI application under ASGI, without a thread for a slow client.

A thread runs the application once the whole body has arrived, and is free again when the response
begins: what a client sends slowly waits in a temporary file, and a file is sent by the event loop.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import IO, Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.http import HttpResponse

from mysocial.api import max_body_bytes, must_wait
from mysocial.api.problems import error_response
from mysocial.core.errors import AppError, Unavailable
from mysocial.realtime.auth import SessionBackend
from mysocial.realtime.connection_limits import scope_address
from mysocial.realtime.sse import Receive, Send, send_response, until_disconnect

THREADS = 16
CHUNK_BYTES = 64 * 1024  # of a body, and of a file; in memory for each client
MAX_SPOOLED_BYTES = 2 * 1024**3  # of all bodies of this process, on disk
# In the scope: the file of a response, or a whole response.
_FILE, _RESPONSE = "mysocial.file", "mysocial.response"


class _FileResponse:
    """The file of a response: Django passes it to `wsgi.file_wrapper` (PEP 3333)."""

    def __init__(self, file: IO[bytes], block_size: int) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._file.read(CHUNK_BYTES):
            yield chunk

    def close(self) -> None:
        """Close the file and the response; the server calls this."""
        self._file.close()


class WSGIBridge:
    """An ASGI application that calls a WSGI application."""

    def __init__(self, application: Callable[..., Any], sessions: SessionBackend) -> None:
        self._application = application
        self._sessions = sessions
        call: Any = self._call  # a2wsgi has its own types for WSGI
        self._wsgi: Any = WSGIMiddleware(call, workers=THREADS)
        self._spooled_bytes = 0

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Receive the body, call the application and send its response."""
        headers = dict(scope["headers"])
        length = _content_length(headers)
        if not length or not await self._is_acceptable(scope, length, headers):
            await self._respond(scope, receive, send)  # the application does not read the body
            return
        if self._spooled_bytes + length > MAX_SPOOLED_BYTES:
            problem = error_response(Unavailable("Too many uploads right now."))
            await send_response(scope, send, problem)
            return
        self._spooled_bytes += length
        try:
            with tempfile.SpooledTemporaryFile(
                CHUNK_BYTES, dir=str(settings.FILE_UPLOAD_TEMP_DIR)
            ) as spool:
                if await _receive_body(receive, spool):
                    await self._respond(scope, _spooled(spool, length, receive), send)
        finally:
            self._spooled_bytes -= length

    async def _is_acceptable(
        self, scope: Mapping[str, Any], length: int, headers: Mapping[bytes, bytes]
    ) -> bool:
        """Return whether the route reads so large a body; only members may send videos.

        A client whose writes were refused too often gets its response without sending the body.
        """
        if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return True
        if length > max_body_bytes(scope["path"]):
            return False
        member_id = await self._find_member(headers)
        # As a data URL: signing up takes an image.
        if not member_id and length > settings.IMAGE_MAX_BYTES * 3 // 2:
            return False
        return not must_wait(member_id, scope_address(scope))

    async def _find_member(self, headers: Mapping[bytes, bytes]) -> str:
        """Return the member of the access token; empty if it is missing or invalid."""
        token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")[2].strip()
        if not token:
            return ""
        try:
            session = await asyncio.to_thread(self._sessions.authenticate, token)
        except AppError:
            return ""
        return session.user_id

    def _call(self, environ: MutableMapping[str, Any], start_response: Any) -> Any:
        """Call the application; keep a file, or a whole response, for the event loop.

        Each message that a2wsgi passes to the event loop lets the thread wait for it.
        """
        environ["wsgi.file_wrapper"] = _FileResponse
        head: list[Any] = []
        body = self._application(environ, lambda *arguments: head.extend(arguments))
        if isinstance(body, list | HttpResponse):
            environ["asgi.scope"][_RESPONSE] = (*head, b"".join(body))
            getattr(body, "close", bool)()
            return []
        start_response(*head)
        if isinstance(body, _FileResponse):
            environ["asgi.scope"][_FILE] = body
            return []
        return body

    async def _respond(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        own_scope = dict(scope)

        async def send_kept(message: Mapping[str, Any]) -> None:
            if response := own_scope.pop(_RESPONSE, None):
                status, headers, content = response
                await _send_response(status, headers, content, send)
                return
            file = own_scope.get(_FILE)
            if file and message["type"] == "http.response.body" and scope["method"] != "HEAD":
                await until_disconnect(_send_file(file, send), receive)
            await send(message)

        try:
            await self._wsgi(own_scope, receive, send_kept)
        finally:
            if file := own_scope.get(_FILE):
                file.close()


def _content_length(headers: Mapping[bytes, bytes]) -> int:
    """Return the declared length; 0 for a chunked body, which the application refuses."""
    length = headers.get(b"content-length", b"")[:20]
    return int(length) if length.isdigit() else 0


async def _receive_body(receive: Receive, spool: Any) -> bool:
    """Store the body of a request; return whether it arrived completely."""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return False
        spool.write(message.get("body", b""))
        if not message.get("more_body", False):
            spool.seek(0)
            return True


def _spooled(spool: Any, length: int, receive: Receive) -> Receive:
    """Return what receives a stored body, and then waits for the disconnect."""
    remaining = length

    async def receive_spooled() -> Mapping[str, Any]:
        nonlocal remaining
        if remaining <= 0:
            return await receive()
        body = spool.read(CHUNK_BYTES)
        remaining = remaining - len(body) if body else 0
        return {"type": "http.request", "body": body, "more_body": remaining > 0}

    return receive_spooled


async def _send_response(
    status: str, headers: list[tuple[str, str]], content: bytes, send: Send
) -> None:
    lines = [(name.encode("latin-1").lower(), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": int(status[:3]), "headers": lines})
    await send({"type": "http.response.body", "body": content})


async def _send_file(file: _FileResponse, send: Send) -> None:
    chunks = iter(file)
    while chunk := await asyncio.to_thread(next, chunks, b""):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})

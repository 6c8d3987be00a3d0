"""Connections of a member over the network, by WebSocket or SSE, which record what they receive."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.journey import Member

TIMEOUT_SECONDS = 10.0
ABNORMAL_CLOSURE = 1006  # closed without a close frame (RFC 6455, section 7.4.1)


def offset(cursor: str) -> int:
    """Return the offset in the event log of a cursor or an event id."""
    return int(cursor.partition(":")[2])


class Frame(NamedTuple):
    """A received frame, and when it came by the monotonic clock."""

    received_at: float
    raw: str
    payload: Mapping[str, Any]


class EventListener:
    """A connection that records its frames.

    Attributes:
        close_code: how the connection was closed; None while it is open.
        port: the local port.
        servers: the `Server` headers of the response, which identify the process.
    """

    port = 0
    servers: tuple[str, ...] = ()

    def __init__(self, member: Member, *topics: str, cursor: str = "") -> None:
        self.member, self.topics, self.resumed_from = member, topics, cursor
        self.frames: list[Frame] = []
        self.close_code: int | None = None
        self.closed_at = 0.0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def _listen(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def _record(self, raw: str, payload: Mapping[str, Any]) -> None:
        with self._changed:
            self.frames.append(Frame(time.monotonic(), raw, payload))
            self._changed.notify_all()

    def _record_close(self, code: int) -> None:
        with self._changed:
            self.close_code, self.closed_at = code, time.monotonic()
            self._changed.notify_all()

    def frames_of_type(self, event_type: str) -> list[Frame]:
        """Return the frames of a type received so far."""
        return [frame for frame in list(self.frames) if frame.payload["type"] == event_type]

    def wait_for_event(
        self,
        event_type: str,
        is_wanted: Callable[[Any], bool] = bool,
        within: float = TIMEOUT_SECONDS,
    ) -> Frame:
        """Return the first frame of this type with wanted data, which may have come already.

        Raises:
            AssertionError: no such frame came `within` seconds or before the connection was closed.
        """

        def first_wanted() -> Frame | None:
            frames = self.frames_of_type(event_type)
            wanted = (f for f in frames if is_wanted(f.payload.get("data", f.payload)))
            return next(wanted, None)

        with self._changed:
            self._changed.wait_for(lambda: first_wanted() or self.close_code is not None, within)
        frame = first_wanted()
        assert frame, (
            f"no {event_type} within {within} s; close code: {self.close_code};"
            f" last received: {self.types()[-9:]}"
        )
        return frame

    def wait_closed(self, within: float = TIMEOUT_SECONDS) -> int:
        """Return the close code.

        Raises:
            AssertionError: the connection is still open after `within` seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.close_code is not None, within)
        assert self.close_code is not None, (
            f"open after {within} s; last received: {self.types()[-9:]}"
        )
        return self.close_code

    def types(self) -> list[str]:
        """Return the types of the received frames, in order."""
        return [frame.payload["type"] for frame in list(self.frames)]

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The received events of the event log, in order."""
        return [frame.payload for frame in list(self.frames) if "id" in frame.payload]

    @property
    def cursor(self) -> str:
        """The cursor from which the client would resume; empty before the first event."""
        cursors = [
            frame.payload.get("id") or frame.payload.get("cursor") for frame in list(self.frames)
        ]
        return str(next(filter(None, reversed(cursors)), ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SocketListener(EventListener):
    """An authenticated WebSocket that subscribes to the topics, or resumes from the cursor."""

    def __init__(self, member: Member, *topics: str, cursor: str = "") -> None:
        super().__init__(member, *topics, cursor=cursor)
        url = f"{member.stack.url.replace('http', 'ws', 1)}/ws"
        offered: list[Any] = ["mysocial", member.access]
        # No bound: a full queue stops reading, and with it the responses to the server's pings.
        self._socket = connect(url, subprotocols=offered, open_timeout=10, max_queue=None)
        with contextlib.suppress(OSError):  # closed at once: the token is invalid
            self.port = int(self._socket.local_address[1])
        response = self._socket.response
        self.servers = tuple(response.headers.get_all("Server")) if response else ()
        self._command_count = 0
        self._thread.start()
        self.wait_for_event("ok")
        if cursor:
            self.send_command(type="resume", cursor=cursor, topics=topics)
            self.wait_for_event("live")
        for topic in () if cursor else topics:
            assert self.send_command(type="subscribe", topic=topic)["type"] == "ok"

    def _listen(self) -> None:
        try:
            while True:
                raw = str(self._socket.recv())
                self._record(raw, json.loads(raw))
        except ConnectionClosed as error:
            self._record_close(error.rcvd.code if error.rcvd else ABNORMAL_CLOSURE)

    def send_command(self, **frame: Any) -> Mapping[str, Any]:
        """Send a command and return its response."""
        self._command_count += 1
        cid = str(self._command_count)
        self._socket.send(json.dumps({"cid": cid, **frame}))
        with self._changed:
            self._changed.wait_for(
                lambda: self._responses(cid) or self.close_code is not None, TIMEOUT_SECONDS
            )
        responses = self._responses(cid)
        assert responses, f"no response to {frame}; close code: {self.close_code}"
        return responses[0]

    def _responses(self, cid: str) -> list[Mapping[str, Any]]:
        return [frame.payload for frame in list(self.frames) if frame.payload.get("cid") == cid]

    def close(self) -> None:
        """Close the connection as a client does when it goes away."""
        self._socket.close()
        self._thread.join(TIMEOUT_SECONDS)


class StreamListener(EventListener):
    """A stream of server-sent events on the topics, resumed if a cursor is given."""

    def __init__(self, member: Member, *topics: str, cursor: str = "") -> None:
        super().__init__(member, *topics, cursor=cursor)
        headers = member.headers | ({"Last-Event-ID": cursor} if cursor else {})
        timeout = httpx.Timeout(10, read=40)  # a comment comes every 20 s
        self._client = httpx.Client(timeout=timeout)
        url = f"{member.stack.url}/api/v1/events"
        request = self._client.build_request(
            "GET", url, params={"topics": ",".join(topics)}, headers=headers
        )
        self._response = self._client.send(request, stream=True)
        assert self._response.status_code == httpx.codes.OK, self._response.read()
        self._stream = self._response.extensions["network_stream"]
        self.port = int(self._stream.get_extra_info("client_addr")[1])
        self.servers = tuple(self._response.headers.get_list("Server"))
        self._thread.start()
        if cursor:
            self.wait_for_event("live")

    def _listen(self) -> None:
        try:
            fields: dict[str, str] = {}
            for line in self._response.iter_lines():
                name, _, value = line.partition(": ")
                if name:
                    fields[name] = value
                elif fields:
                    self._record(json.dumps(fields), _event_of_fields(fields))
                    fields = {}
            self._record_close(0)
        except (httpx.HTTPError, httpx.StreamError, OSError, ValueError):
            self._record_close(ABNORMAL_CLOSURE)

    def close(self) -> None:
        """Close the connection as a client does when it goes away."""
        with contextlib.suppress(OSError):
            self._stream.get_extra_info("socket").shutdown(2)
        self._thread.join(TIMEOUT_SECONDS)
        self._response.close()
        self._client.close()


def _event_of_fields(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return an SSE event as a WebSocket message; a comment has the type `comment`."""
    if "event" not in fields:
        return {"type": "comment"}
    data = json.loads(fields["data"])
    return data if "type" in data else {"type": fields["event"], **data}

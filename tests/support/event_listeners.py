"""A member's connections over the network, by socket or stream; they keep all they are sent."""

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
ABNORMAL_CLOSURE = 1006  # closed without a word


def offset(cursor: str) -> int:
    """Return the place in the log of a cursor or of an event's id."""
    return int(cursor.partition(":")[2])


class Frame(NamedTuple):
    """What came, and when."""

    received_at: float
    raw: str
    payload: Mapping[str, Any]


class EventListener:
    """One connection. Frames are kept as they came; `code` tells how it ended, None while it lasts.

    `port` is its own end's, and `servers` who answered, by which one knows whose it is.
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

    def _record(self, raw: str, said: Mapping[str, Any]) -> None:
        with self._changed:
            self.frames.append(Frame(time.monotonic(), raw, said))
            self._changed.notify_all()

    def _record_close(self, code: int) -> None:
        with self._changed:
            self.close_code, self.closed_at = code, time.monotonic()
            self._changed.notify_all()

    def frames_of_type(self, kind: str) -> list[Frame]:
        """What came of one type so far."""
        return [one for one in list(self.frames) if one.payload["type"] == kind]

    def wait_for_event(
        self, kind: str, judge: Callable[[Any], bool] = bool, within: float = TIMEOUT_SECONDS
    ) -> Frame:
        """Return the first frame of this type whose data `judge` accepts, also if it came before.

        AssertionError when there is none `within` seconds, or the connection ended.
        """

        def find() -> Frame | None:
            fitting = (
                one
                for one in self.frames_of_type(kind)
                if judge(one.payload.get("data", one.payload))
            )
            return next(fitting, None)

        with self._changed:
            self._changed.wait_for(lambda: find() or self.close_code is not None, within)
        found = find()
        assert found, (
            f"no {kind} within {within} s; ended: {self.close_code}; heard: {self.types()[-9:]}"
        )
        return found

    def wait_closed(self, within: float = TIMEOUT_SECONDS) -> int:
        """Return how it ended; AssertionError if it did not within so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.close_code is not None, within)
        assert self.close_code is not None, f"open after {within} s; heard: {self.types()[-9:]}"
        return self.close_code

    def types(self) -> list[str]:
        """The types of what came, in order."""
        return [one.payload["type"] for one in list(self.frames)]

    @property
    def events(self) -> list[Mapping[str, Any]]:
        """The events of the log that came, in order."""
        return [one.payload for one in list(self.frames) if "id" in one.payload]

    @property
    def cursor(self) -> str:
        """From where the client would resume; empty before the first event."""
        places = [one.payload.get("id") or one.payload.get("cursor") for one in list(self.frames)]
        return str(next(filter(None, reversed(places)), ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SocketListener(EventListener):
    """A WebSocket, signed in and subscribed; resumed, if a cursor is given."""

    def __init__(self, member: Member, *topics: str, cursor: str = "") -> None:
        super().__init__(member, *topics, cursor=cursor)
        url = f"{member.stack.url.replace('http', 'ws', 1)}/ws"
        offered: list[Any] = ["mysocial", member.access]
        # Without a bound: a full queue stops the reading, and the pings of the server with it.
        self._socket = connect(url, subprotocols=offered, open_timeout=10, max_queue=None)
        with contextlib.suppress(OSError):  # closed at once: the token is not taken
            self.port = int(self._socket.local_address[1])
        answer = self._socket.response
        self.servers = tuple(answer.headers.get_all("Server")) if answer else ()
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
        """Send a command; return its answer."""
        self._command_count += 1
        cid = str(self._command_count)
        self._socket.send(json.dumps({"cid": cid, **frame}))
        with self._changed:
            self._changed.wait_for(
                lambda: self._responses(cid) or self.close_code is not None, TIMEOUT_SECONDS
            )
        answers = self._responses(cid)
        assert answers, f"no answer to {frame}; ended: {self.close_code}"
        return answers[0]

    def _responses(self, cid: str) -> list[Mapping[str, Any]]:
        return [one.payload for one in list(self.frames) if one.payload.get("cid") == cid]

    def close(self) -> None:
        """Close it as a client does that goes away."""
        self._socket.close()
        self._thread.join(TIMEOUT_SECONDS)


class StreamListener(EventListener):
    """A stream of server-sent events; resumed, if a cursor is given."""

    def __init__(self, member: Member, *topics: str, cursor: str = "") -> None:
        super().__init__(member, *topics, cursor=cursor)
        headers = member.headers | ({"Last-Event-ID": cursor} if cursor else {})
        timeout = httpx.Timeout(10, read=40)  # a comment comes every 20 s
        self._client = httpx.Client(timeout=timeout)
        url = f"{member.stack.url}/api/events"
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
        """Close it as a client does that goes away."""
        with contextlib.suppress(OSError):
            self._stream.get_extra_info("socket").shutdown(2)
        self._thread.join(TIMEOUT_SECONDS)
        self._response.close()
        self._client.close()


def _event_of_fields(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return an event of a stream in the form in which a socket says it; comments have a name."""
    if "event" not in fields:
        return {"type": "comment"}
    data = json.loads(fields["data"])
    return data if "type" in data else {"type": fields["event"], **data}

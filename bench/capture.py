"""Recording of the Redis commands and responses of MySocial's own application, for the floor."""

import io
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hiredis
import msgpack

from bench.cases import Case, Request, World
from bench.recordings import RecordedExchange

# How many requests of a case are recorded; the floor repeats them.
READS, WRITES = 5, 1500


class Recorder:
    """MySocial's WSGI application in this process; records the commands that it sends to Redis."""

    def __init__(self) -> None:
        from mysocial.core import redis  # noqa: PLC0415 - needs Django set up
        from mysocial.store import writes  # noqa: PLC0415
        from mysocial.wsgi import application  # noqa: PLC0415

        self._application: Any = application
        self._connection, self._write_script = redis._thread_connection, writes.WRITE
        self._send = self._connection.send
        # Replaces the method for this thread.
        vars(self._connection)["send"] = self._record_command
        self._commands: list[bytes] = []
        self._last_write_reply: list[Any] = []
        self._applies_writes = True

    def close(self) -> None:
        """Stop recording."""
        del vars(self._connection)["send"]

    def record(self, request: Request, *, apply_writes: bool = True) -> RecordedExchange:
        """Carry out a request and return its exchange.

        Without `apply_writes`, its write is recorded but not sent to Redis.
        """
        self._commands, self._applies_writes = [], apply_writes
        heads: list[Any] = []
        response = self._application(_environ(request), lambda *head: heads.append(head))
        body = b"".join(response)
        getattr(response, "close", bool)()  # a fast read is a list
        status, headers = heads[0][:2]
        if status[0] != "2":
            raise RuntimeError(f"{request.method} {request.path}: {status} {body[:300]!r}")
        return RecordedExchange(self._commands, status, headers, body)

    def _record_command(self, *command: Any) -> Any:
        is_write = command[0] == "EVALSHA" and command[1] == self._write_script._sha
        recorded = [*command[:-1], _without_revisions(command[-1])] if is_write else list(command)
        self._commands.append(hiredis.pack_command(tuple(recorded)))
        if is_write and not self._applies_writes:
            return self._last_write_reply
        reply = self._send(*command)
        if is_write:
            self._last_write_reply = reply
        return reply


def _without_revisions(argument: bytes) -> bytes:
    """Return the argument of the write script without revisions, so that it can be repeated."""
    request = msgpack.unpackb(argument, raw=True, strict_map_key=False)
    for op in request[b"ops"]:
        op.pop(b"revision", None)
    return bytes(msgpack.packb(request, use_bin_type=False))


def _environ(request: Request) -> dict[str, Any]:
    path, _, query = request.path.partition("?")
    body = request.body.encode()
    return {
        "REQUEST_METHOD": request.method, "PATH_INFO": path, "QUERY_STRING": query,
        "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
        **({"HTTP_AUTHORIZATION": f"Bearer {request.token}"} if request.token else {}),
    }  # fmt: skip


def capture(
    cases: Sequence[Case], world: World, numbers: Callable[[Case], Iterator[int]], file: Path
) -> None:
    """Write the recordings of all cases to a file, by the position of the case."""
    recorder = Recorder()
    recordings: dict[str, list[RecordedExchange]] = {}
    for position, case in enumerate(cases):
        request_numbers = numbers(case)
        first = recorder.record(case.request(world, next(request_numbers)))
        others = [
            recorder.record(case.request(world, next(request_numbers)), apply_writes=False)
            for _ in range(WRITES if case.writes else READS)
        ]
        recordings[str(position)] = others if case.writes else [first, *others]
    recorder.close()
    file.write_bytes(pickle.dumps(recordings))

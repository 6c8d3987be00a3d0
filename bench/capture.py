"""What the floor is to say: the Redis commands and the answers of our own application, recorded."""

import io
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hiredis
import msgpack

from bench.cases import Case, Request, World
from bench.spoken import Spoken

READS, WRITES = 5, 1500  # how many requests are recorded of a case; they are then repeated


class Recorder:
    """Our WSGI application in this process, each command that it sends to Redis written down."""

    def __init__(self) -> None:
        from mysocial.core import redis  # noqa: PLC0415 - when Django is set up
        from mysocial.store import writes  # noqa: PLC0415
        from mysocial.wsgi import application  # noqa: PLC0415

        self._application: Any = application
        self._line, self._apply = redis._thread_connection, writes.WRITE
        self._send = self._line.send
        vars(self._line)["send"] = self._spy  # in the place of the method, for this thread
        self._commands: list[bytes] = []
        self._answer: list[Any] = []
        self._applies = True

    def close(self) -> None:
        """Write down nothing more."""
        del vars(self._line)["send"]

    def record(self, request: Request, *, applies: bool = True) -> Spoken:
        """Carry a request out; where it shall not apply, its write is written down only."""
        self._commands, self._applies = [], applies
        said: list[Any] = []
        environ = _environ(request)
        answer = self._application(environ, lambda *head: said.append(head))
        body = b"".join(answer)
        answer.close()
        status, headers = said[0][:2]
        if status[0] != "2":
            raise RuntimeError(f"{request.method} {request.path}: {status} {body[:300]!r}")
        return Spoken(self._commands, status, headers, body)

    def _spy(self, *command: Any) -> Any:
        is_write = command[0] == "EVALSHA" and command[1] == self._apply._sha
        sent = [*command[:-1], _repeatable(command[-1])] if is_write else list(command)
        self._commands.append(hiredis.pack_command(tuple(sent)))
        if is_write and not self._applies:
            return self._answer
        answer = self._send(*command)
        if is_write:
            self._answer = answer
        return answer


def _repeatable(argument: bytes) -> bytes:
    """Return the argument of a write that holds again when it is repeated: of any revision."""
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
    """Write down what the floor is to say of each case, by its place among the cases."""
    recorder = Recorder()
    spoken: dict[str, list[Spoken]] = {}
    for place, case in enumerate(cases):
        count = numbers(case)
        first = recorder.record(case.request(world, next(count)))
        more = [
            recorder.record(case.request(world, next(count)), applies=False)
            for _ in range(WRITES if case.writes else READS)
        ]
        spoken[str(place)] = more if case.writes else [first, *more]
    recorder.close()
    file.write_bytes(pickle.dumps(spoken))

"""The floor: a bare WSGI function that sends the same Redis commands, and the same bytes.

It is told both by `bench.capture`. Nothing is parsed, checked, rendered or believed here: what a
route costs above it is ours, Django's and DRF's.
"""

import os
import pickle
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from typing import Any

import hiredis

from bench.spoken import SPOKEN, Spoken

Start = Callable[[str, list[tuple[str, str]]], Any]


class _Line(threading.local):
    """A connection to Redis of this thread's own."""

    def __init__(self) -> None:
        host, port = os.environ["REDIS_URL"].partition("//")[2].partition("/")[0].split(":")
        self._socket = socket.create_connection((host, int(port)))
        self._reader = hiredis.Reader()

    def send(self, command: bytes) -> Any:
        self._socket.sendall(command)
        while (answer := self._reader.gets()) is False:
            self._reader.feed(self._socket.recv(65536))
        return answer


def _load() -> dict[str, Iterator[Spoken]]:
    with open(os.environ[SPOKEN], "rb") as file:  # noqa: PTH123 - of our own making
        spoken: dict[str, list[Spoken]] = pickle.load(file)
    return {name: cycle(some) for name, some in spoken.items()}


_spoken = _load()
_line = _Line()


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """Answer `/<number of the case>` as it was once answered."""
    said = next(_spoken[environ["PATH_INFO"][1:]])
    for command in said.commands:
        _line.send(command)
    start(said.status, said.headers)
    return [said.body]

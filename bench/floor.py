"""The floor: a plain WSGI function that sends the same Redis commands and the same response bytes.

`bench.capture` records both. Nothing is parsed, validated or rendered here, so the difference to a
route's cost is the cost of Django, DRF and MySocial.
"""

import os
import pickle
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from typing import Any

import hiredis

from bench.recordings import RECORDINGS_VARIABLE, RecordedExchange

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
READ_BYTES = 65536


class _Connection(threading.local):
    """A connection to Redis for each thread."""

    def __init__(self) -> None:
        host, port = os.environ["REDIS_URL"].partition("//")[2].partition("/")[0].split(":")
        self._socket = socket.create_connection((host, int(port)))
        self._reader = hiredis.Reader()

    def send(self, command: bytes) -> Any:
        """Send a command and return its reply."""
        self._socket.sendall(command)
        while (reply := self._reader.gets()) is False:
            self._reader.feed(self._socket.recv(READ_BYTES))
        return reply


def _load_recordings() -> dict[str, Iterator[RecordedExchange]]:
    with open(os.environ[RECORDINGS_VARIABLE], "rb") as file:  # noqa: PTH123 - our own file
        recordings: dict[str, list[RecordedExchange]] = pickle.load(file)
    return {name: cycle(exchanges) for name, exchanges in recordings.items()}


_recordings = _load_recordings()
_connection = _Connection()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Replay the next recorded exchange of a case; the path is `/<number of the case>`."""
    exchange = next(_recordings[environ["PATH_INFO"][1:]])
    for command in exchange.commands:
        _connection.send(command)
    start_response(exchange.status, exchange.headers)
    return [exchange.body]

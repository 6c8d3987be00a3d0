"""Recorded exchanges, which the floor replays."""

from typing import NamedTuple

RECORDINGS_VARIABLE = "BENCH_FLOOR"  # The environment variable with the path of the recordings.


class RecordedExchange(NamedTuple):
    """The Redis commands of one request, as bytes of the protocol, and its response."""

    commands: list[bytes]
    status: str
    headers: list[tuple[str, str]]
    body: bytes

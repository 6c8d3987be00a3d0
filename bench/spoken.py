"""`Spoken`: what was said for one request, as the floor is to say it again."""

from typing import NamedTuple

SPOKEN = "BENCH_FLOOR"  # the environment variable that names the file of all of them


class Spoken(NamedTuple):
    """Each command as it went to Redis over the wire, and the answer."""

    commands: list[bytes]
    status: str
    headers: list[tuple[str, str]]
    body: bytes

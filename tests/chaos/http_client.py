"""HTTP to the site by one connection at a time, light enough to keep the site busy."""

import http.client
import json
from typing import Any, NamedTuple

from tests.support.journey import Member

TIMEOUT = 15.0  # seconds


class Answer(NamedTuple):
    """What came back."""

    status: int
    retry_after: str | None
    cursor: str
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)

    @property
    def is_success(self) -> bool:
        return http.client.OK <= self.status < http.client.MULTIPLE_CHOICES

    @property
    def says_later(self) -> bool:
        """Whether it is the one refusal that a fault may cause: a 503 that names a time."""
        return self.status == http.client.SERVICE_UNAVAILABLE and self.retry_after is not None


class Broken(Exception):
    """The connection broke or nothing came: whether a write was applied is in doubt."""


class Door:
    """Requests of one member; the connection is made again when it broke."""

    def __init__(self, member: Member, port: int) -> None:
        self._headers = {**member.headers, "Content-Type": "application/json"}
        self._port = port
        self._line: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Answer:
        """Send a request once. `Broken`."""
        line = self._line or http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        self._line = line
        headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
        data = None if body is None else json.dumps(body)
        try:
            line.request(method, f"/api/{path}", data, headers)
            answer = line.getresponse()
            later, cursor = answer.getheader("Retry-After"), answer.getheader("X-Event-Cursor", "")
            return Answer(answer.status, later, cursor, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Broken(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

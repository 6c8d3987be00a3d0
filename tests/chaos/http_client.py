"""A light HTTP client, so that the load generator does not limit the site."""

import http.client
import json
from typing import Any, NamedTuple

from tests.support.journey import Member

TIMEOUT = 15.0  # seconds


class Response(NamedTuple):
    """A response with the headers that the run needs."""

    status: int
    retry_after: str | None
    cursor: str
    body: bytes

    @property
    def data(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)

    @property
    def is_success(self) -> bool:
        return http.client.OK <= self.status < http.client.MULTIPLE_CHOICES

    @property
    def is_retry_later(self) -> bool:
        """Whether this is the only error that a fault may cause: a 503 with Retry-After."""
        return self.status == http.client.SERVICE_UNAVAILABLE and self.retry_after is not None


class ConnectionBroken(Exception):
    """The connection broke or timed out, so the outcome of a write is unknown."""


class MemberClient:
    """A client of one member, which reconnects after a broken connection."""

    def __init__(self, member: Member, port: int) -> None:
        self._headers = {**member.headers, "Content-Type": "application/json"}
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def request(self, method: str, path: str, body: Any = None, key: str = "") -> Response:
        """Send a request once.

        Raises:
            ConnectionBroken: there was no response.
        """
        connection = self._connection or http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=TIMEOUT
        )
        self._connection = connection
        headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
        data = None if body is None else json.dumps(body)
        try:
            connection.request(method, f"/api/v1/{path}", data, headers)
            response = connection.getresponse()
            retry_after, cursor = (
                response.getheader("Retry-After"),
                response.getheader("X-Event-Cursor", ""),
            )
            return Response(response.status, retry_after, cursor, response.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ConnectionBroken(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

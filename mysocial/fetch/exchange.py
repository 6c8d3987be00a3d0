"""One HTTP request to a checked address, within a deadline and limits of bytes."""

import socket
import ssl
import time
from functools import cache
from typing import NamedTuple

import certifi
import h11
from django.conf import settings

from mysocial.fetch.bodies import Decoder
from mysocial.fetch.problems import FetchError
from mysocial.fetch.urls import Target

CHUNK_BYTES = 16 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_INTERIM_RESPONSES = 5  # 1xx, before the response


class Response(NamedTuple):
    """The status and headers of a response, and its body as far as it was read."""

    status: int
    headers: dict[str, str]  # by name in lower case; of repeated ones, the first
    body: bytes


class Deadline:
    """A moment before which everything has to happen."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining_seconds(self) -> float:
        """Return the time that is left.

        Raises:
            FetchError: None is left.
        """
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise FetchError("The site takes too long.", is_temporary=True)
        return remaining


class Exchange:
    """A request and its response; a context manager that closes the connection."""

    def __init__(self, target: Target, addresses: list[str], deadline: Deadline) -> None:
        self._target, self._deadline = target, deadline
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADER_BYTES)
        self._socket = self._connect(addresses)
        self._received_bytes = 0

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _connect(self, addresses: list[str]) -> socket.socket:
        for position, address in enumerate(addresses):
            # An address that does not respond leaves time for the others.
            seconds = self._deadline.remaining_seconds() / (len(addresses) - position)
            try:
                plain = socket.create_connection((address, self._target.port), timeout=seconds)
            except OSError:
                continue
            return self._secure(plain) if self._target.scheme == "https" else plain
        raise FetchError("The site does not respond.", is_temporary=True)

    def _secure(self, plain: socket.socket) -> socket.socket:
        try:
            plain.settimeout(self._deadline.remaining_seconds())
            return _tls_context(settings.FETCH_CA_FILE).wrap_socket(
                plain, server_hostname=self._target.host
            )
        except ssl.SSLCertVerificationError:
            plain.close()
            raise FetchError("The certificate of the site is not valid.") from None
        except (OSError, ValueError):
            plain.close()
            raise FetchError("The site has no secure connection.", is_temporary=True) from None

    def send_request(self, headers: dict[str, str]) -> None:
        """Send a GET request.

        Raises:
            FetchError: The connection is broken.
        """
        fields = [("Host", self._target.authority), *headers.items(), ("Connection", "close")]
        try:
            request = h11.Request(method="GET", target=self._target.path, headers=fields)
            data = self._connection.send(request) or b""
            data += self._connection.send(h11.EndOfMessage()) or b""
            self._socket.settimeout(self._deadline.remaining_seconds())
            self._socket.sendall(data)
        except h11.LocalProtocolError:
            raise FetchError("The URL is not valid.") from None
        except OSError:
            raise FetchError("The connection is broken.", is_temporary=True) from None

    def receive_response(self, *, max_bytes: int) -> Response:
        """Return the response. The body ends after `max_bytes`, on the network or decompressed.

        Raises:
            FetchError: The response is malformed, or its encoding is unknown.
        """
        head = self._receive_head()
        headers = {name.decode("latin-1").lower(): value.decode("latin-1")
                   for name, value in reversed(head.headers)}  # fmt: skip
        body = b""
        if head.status_code < 300:  # noqa: PLR2004 - the body of a redirect or error is not read
            decoder = Decoder(headers.get("content-encoding", ""), max_bytes=max_bytes)
            body = self._receive_body(decoder, max_bytes)
        return Response(head.status_code, headers, body)

    def _receive_head(self) -> h11.Response:
        for _ in range(MAX_INTERIM_RESPONSES):
            event = self._next_event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                break
        raise FetchError("The response is malformed.", is_temporary=True)

    def _receive_body(self, decoder: Decoder, max_bytes: int) -> bytes:
        while not decoder.is_full and self._received_bytes < max_bytes + MAX_HEADER_BYTES:
            event = self._next_event()
            if not isinstance(event, h11.Data):
                break
            decoder.feed(bytes(event.data))
        return decoder.content

    def _next_event(self) -> object:
        try:
            while (event := self._connection.next_event()) is h11.NEED_DATA:
                self._socket.settimeout(self._deadline.remaining_seconds())
                data = self._socket.recv(CHUNK_BYTES)
                self._received_bytes += len(data)
                self._connection.receive_data(data)
        except h11.RemoteProtocolError:
            raise FetchError("The response is malformed.", is_temporary=True) from None
        except OSError:
            raise FetchError("The connection is broken.", is_temporary=True) from None
        return event


@cache
def _tls_context(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or certifi.where())

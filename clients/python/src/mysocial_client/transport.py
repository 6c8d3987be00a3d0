"""Requests: tokens, safe repeats, and problems as exceptions.

Each write carries an `Idempotency-Key`, so that it can be repeated until a response arrives and is
carried out once.
"""

import json
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, NamedTuple, ParamSpec, Self, TypeVar

import httpx

MAX_ATTEMPTS = 6  # about ten seconds in total, on average
MIN_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.4, 5.0
NOT_AUTHENTICATED, UNAVAILABLE = 401, 503
GATEWAY_STATUSES = {502, 504}  # the proxy got no response from the server
# They return tokens.
TOKEN_PATHS = re.compile(r"/(signin|signup|token/refresh|signin/link/.+)")
File = tuple[str, bytes]  # the name of a file and its content
Query = list[tuple[str, str | int | float | bool | None]]
T = TypeVar("T")
P = ParamSpec("P")


class Tokens(NamedTuple):
    """The tokens of a session. The refresh token works once; save each pair."""

    access: str
    refresh: str


@dataclass(frozen=True)
class Response(Generic[T]):
    """A successful response.

    Attributes:
        data: The JSON object, or the bytes of a file.
        cursor: Events after this position may not be reflected in `data` yet: `EventClient`.
        headers: The headers of the response.
    """

    data: T
    cursor: str
    headers: Mapping[str, str]


class _Request(NamedTuple):
    method: str
    path: str
    content: dict[str, Any]  # the body as httpx takes it
    query: Query
    key: str  # the Idempotency-Key


class Problem(Exception):
    """An error response (RFC 9457). docs/errors.md lists the codes."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: float | None) -> None:
        super().__init__(body.get("detail") or f"The server responded with status {status}.")
        self.status = status
        self.code = str(body.get("code", ""))
        self.errors: list[dict[str, str]] = body.get("errors", [])
        self.retry_after = retry_after  # seconds; None if the server did not say


class NoResponse(ConnectionError):
    """No response arrived after all attempts."""


class Transport:
    """Sends requests. One object may be used by several threads.

    Args:
        url: The address of the site, such as `https://social.example`.
        tokens: The tokens of a session that was saved.
        on_tokens: Called with each new pair of tokens, and with None when the session has ended.
        timeout: Seconds to wait for a response.
        headers: Further headers of each request.
    """

    def __init__(
        self,
        url: str,
        *,
        tokens: Tokens | None = None,
        on_tokens: Callable[[Tokens | None], object] | None = None,
        timeout: float = 30,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.tokens = tokens
        self._on_tokens = on_tokens
        self._http = httpx.Client(
            base_url=f"{self.url}/api/v1", timeout=timeout, headers=dict(headers or {})
        )
        self._refreshing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def socket_url(self) -> str:
        """The address of the WebSocket, for `EventClient`."""
        return f"{self.url.replace('http', 'ws', 1)}/ws"

    def get_access_token(self) -> str:
        """Return the access token; empty when signed out."""
        return self.tokens.access if self.tokens else ""

    def refresh(self) -> bool:
        """Replace the tokens; return False when the session has ended.

        Raises:
            NoResponse: The server does not respond.
        """
        return self._refresh(self.get_access_token())

    def pages(
        self, operation: Callable[P, Response[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[Response[T]]:
        """Yield all pages of an operation that has a `cursor`, such as `api.list_posts`."""
        while True:
            page = operation(*args, **kwargs)
            yield page
            following: Any = page.data
            if following["next"] is None:
                return
            kwargs["cursor"] = following["next"]

    # Requests ------------------------------------------------------------------------------------

    def _request(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, File] | None = None,
        idempotency_key: str = "",
    ) -> Response[Any]:
        """Send a request whose response is JSON; None in the query is left out."""
        request = _Request(method, path, _content(body, files), _query(query), idempotency_key)
        response = self._send_signed_in(request)
        data = response.json()
        if TOKEN_PATHS.fullmatch(path) and "access" in data:  # a sign-up may have to be confirmed
            self._save(Tokens(data["access"], data["refresh"]))
        return Response(data, response.headers.get("X-Event-Cursor", ""), response.headers)

    def _download(self, method: str, path: str) -> Response[bytes]:
        """Send a request whose response is a file."""
        response = self._send_signed_in(_Request(method, path, {}, [], ""))
        return Response(
            response.content, response.headers.get("X-Event-Cursor", ""), response.headers
        )

    def _send_signed_in(self, request: _Request) -> httpx.Response:
        access = "" if TOKEN_PATHS.fullmatch(request.path) else self.get_access_token()
        if not request.key:
            request = request._replace(key=uuid.uuid4().hex)
        try:
            return self._send(request, access)
        except Problem as problem:
            if problem.status != NOT_AUTHENTICATED or not access or not self._refresh(access):
                raise
        return self._send(request, self.get_access_token())

    def _send(self, request: _Request, access: str) -> httpx.Response:
        """Send a request until a response arrives; raise its problem."""
        method, path, content, query, key = request
        headers = {"Authorization": f"Bearer {access}"} if access else {}
        if method != "GET":
            headers["Idempotency-Key"] = key
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                backoff = min(MIN_BACKOFF_SECONDS * 2 ** (attempt - 1), MAX_BACKOFF_SECONDS)
                time.sleep(random.uniform(backoff / 2, backoff))  # noqa: S311 - no secret
            try:
                response = self._http.request(
                    method, path, params=query, headers=headers, **content
                )
            except httpx.TransportError:
                continue
            if response.is_success:
                return response
            if response.status_code not in {UNAVAILABLE, *GATEWAY_STATUSES}:
                raise _problem(response)
        raise NoResponse("The server is not responding.")

    # Tokens --------------------------------------------------------------------------------------

    def _refresh(self, rejected: str) -> bool:
        """Replace an access token that was rejected, unless another thread has done so."""
        with self._refreshing:
            if self.tokens is None:
                return False
            if self.tokens.access != rejected:
                return True
            body = {"refresh": self.tokens.refresh}
            try:
                self._request("POST", "/token/refresh", body=body)
            except Problem as problem:
                if problem.status == NOT_AUTHENTICATED:
                    self._save(None)
                    return False
                raise
            return True

    def _save(self, tokens: Tokens | None) -> None:
        self.tokens = tokens
        if self._on_tokens:
            self._on_tokens(tokens)


def _content(body: Mapping[str, Any] | None, files: Mapping[str, File] | None) -> dict[str, Any]:
    """Return the body as httpx takes it: a form if there are files."""
    if files:
        fields = {name: str(value) for name, value in (body or {}).items()}
        return {"data": fields, "files": dict(files)}
    return {} if body is None else {"json": body}


def _query(query: Mapping[str, Any] | None) -> Query:
    pairs = (query or {}).items()
    lists = ((name, value if isinstance(value, list) else [value]) for name, value in pairs)
    return [(name, str(item)) for name, items in lists for item in items if item is not None]


def _problem(response: httpx.Response) -> Problem:
    try:
        body = response.json()
    except json.JSONDecodeError:
        body = {}
    retry_after = response.headers.get("Retry-After", "")
    seconds = float(retry_after) if retry_after.isdigit() else None
    return Problem(response.status_code, body if isinstance(body, dict) else {}, seconds)
